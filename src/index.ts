export { AuditedEvents, EncryptionAuditTrail, EncryptionAuditTrailProps } from './audit';
export {
  BackfillCopies, BackfillList, BackfillSource, BackfillTrigger, BackfillTriggerOptions, EncryptionBackfillJob, EncryptionBackfillJobOptions,
  EncryptionBackfillJobProps,
} from './backfill';
export {
  AccountWatchOptions, BaselineAccount, BaselineAlarms, BaselineAuditTrail, BaselineBackfill, BaselineCompliance, BaselineDataDiscovery,
  BaselineKey, BaselineKeyAccess, BaselineObjectReport, BaselineParts, BucketBaselineOptions, ComplianceMatrix, ControlEvidence, CostLine,
  DeployedElsewhereOptions, EncryptionAccountBaseline, EncryptionAccountBaselineProps, EncryptionBaseline, ExistingBucketBaseline, ExpectedUsage,
  ForBucketOptions, MonthlyCost, S3EncryptionBaseline, S3EncryptionBaselineProps,
} from './baseline';
export { EncryptionMode, SecureBucket, SecureBucketProps, UploadHeaders } from './bucket';
export {
  AutomaticRemediationOptions, ComplianceChoice, ComplianceOrganizationOptions, ComplianceRecorder, ComplianceRemediation, ComplianceRule,
  ComplianceScopeOptions, ComplianceTagOptions, ComplianceWatchOptions, EncryptionCompliance, EncryptionComplianceProps,
  EncryptionHook, EncryptionHookProps, EncryptionValidations, EncryptionValidationsProps, MadeRecorderOptions,
} from './compliance';
export { ControlMappings } from './controls';
export {
  AccessAnalyzer, AutomatedDiscovery, DayOfWeek, DiscoveryJob, DiscoveryJobOptions, EncryptionGuardrails, EncryptionGuardrailsProps, ExpectedAccess,
  FindingPublishingFrequency, KeyAccessAnalysis, KeyAccessAnalysisOptions, KeyAccessAnalysisProps, MacieAllowList, MacieSession,
  MacieSeverity, MadeMacieSessionOptions, MonthlyDiscoveryJobOptions, RecurringDiscoveryJobOptions, SensitiveDataDiscovery,
  SensitiveDataDiscoveryOptions, SensitiveDataDiscoveryProps, WeeklyDiscoveryJobOptions,
} from './exposure';
export { CloudTrailConsumerOptions, KeyAccess, KeyConsumers, KeyRotation, ReplicationConsumerOptions, RotatingS3Key, RotatingS3KeyProps } from './key';
export {
  Detection, DetectionChoice, DetectionOptions, DetectionSeverity, EncryptionAlarms, EncryptionAlarmsOptions, EncryptionAlarmsProps,
  EventDetectionOptions, Notify, RateDetectionOptions, RateThreshold, SlackChannel,
} from './monitoring';
export {
  ExistingMetadataTablesOptions, InventoryOptions, MetadataTablesOptions, ObjectEncryptionReport, ObjectEncryptionReportOptions,
  ObjectEncryptionReportProps, ObjectFinding, ObjectPrefixAlarm, ObjectSource,
} from './objects';

/** What SecureBucket promises, for buckets that are made otherwise: one promise at a time. */
export * as mixins from './mixins';
