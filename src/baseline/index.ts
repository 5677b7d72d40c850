export { AccountWatchOptions } from './account-watch-options';
export { BaselineParts } from './baseline-parts';
export { BucketBaselineOptions } from './bucket-baseline-options';
export { ComplianceMatrix } from './compliance-matrix';
export { ControlEvidence } from './control-evidence';
export { CostLine } from './cost-line';
export { DeployedElsewhereOptions } from './deployed-elsewhere-options';
export { EncryptionAccountBaseline } from './encryption-account-baseline';
export { EncryptionAccountBaselineProps } from './encryption-account-baseline-props';
export { EncryptionBaseline } from './encryption-baseline';
export { ExistingBucketBaseline } from './existing-bucket-baseline';
export { ExpectedUsage } from './expected-usage';
export { ForBucketOptions } from './for-bucket-options';
export { MonthlyCost } from './monthly-cost';
export {
  BaselineAccount, BaselineAlarms, BaselineAuditTrail, BaselineBackfill, BaselineCompliance, BaselineDataDiscovery, BaselineKey,
  BaselineKeyAccess, BaselineObjectReport,
} from './parts';
export { S3EncryptionBaseline } from './s3-encryption-baseline';
export { S3EncryptionBaselineProps } from './s3-encryption-baseline-props';
