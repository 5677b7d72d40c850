export { ObjectEncryptionReport } from './object-encryption-report';
export { ObjectEncryptionReportOptions, ObjectEncryptionReportProps } from './object-encryption-report-props';
export { ObjectFinding } from './object-finding';
export { ObjectPrefixAlarm } from './object-prefix-alarm';
export { ObjectSource } from './object-source';
export { ExistingMetadataTablesOptions, InventoryOptions, MetadataTablesOptions } from './object-source-options';
