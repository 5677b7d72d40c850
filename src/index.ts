export { AuditedEvents, EncryptionAuditTrail, EncryptionAuditTrailProps } from './audit';
export { BackfillCopies, BackfillSource, BackfillTrigger, BackfillTriggerOptions, EncryptionBackfillJob, EncryptionBackfillJobProps } from './backfill';
export { EncryptionMode, SecureBucket, SecureBucketProps, UploadHeaders } from './bucket';
export {
  AutomaticRemediationOptions, ComplianceChoice, ComplianceOrganizationOptions, ComplianceRecorder, ComplianceRemediation, ComplianceRule,
  ComplianceScopeOptions, ComplianceTagOptions, ComplianceWatchOptions, ControlMappings, EncryptionCompliance, EncryptionComplianceProps,
  EncryptionHook, EncryptionHookProps, EncryptionValidations, MadeRecorderOptions,
} from './compliance';
export {
  AccessAnalyzer, EncryptionGuardrails, EncryptionGuardrailsProps, ExpectedAccess, KeyAccessAnalysis, KeyAccessAnalysisProps,
} from './exposure';
export { CloudTrailConsumerOptions, KeyAccess, KeyConsumers, KeyRotation, ReplicationConsumerOptions, RotatingS3Key, RotatingS3KeyProps } from './key';
export {
  Detection, DetectionChoice, DetectionOptions, DetectionSeverity, EncryptionAlarms, EncryptionAlarmsProps, EventDetectionOptions, Notify,
  RateDetectionOptions, RateThreshold, SlackChannel,
} from './monitoring';

/** What SecureBucket promises, for buckets that are made otherwise: one promise at a time. */
export * as mixins from './mixins';
