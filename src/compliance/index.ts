export { ComplianceChoice } from './compliance-choice';
export { ComplianceRecorder, MadeRecorderOptions } from './compliance-recorder';
export { AutomaticRemediationOptions, ComplianceRemediation } from './compliance-remediation';
export { ComplianceRule } from './compliance-rule';
export { ComplianceOrganizationOptions, ComplianceScopeOptions, ComplianceTagOptions, ComplianceWatchOptions } from './compliance-scope-options';
export { EncryptionCompliance } from './encryption-compliance';
export { EncryptionComplianceProps } from './encryption-compliance-props';
export { EncryptionHook } from './encryption-hook';
export { EncryptionHookProps } from './encryption-hook-props';
export { EncryptionValidations } from './encryption-validations';
export { EncryptionValidationsProps } from './encryption-validations-props';
// For the other areas of this library; src/index.ts does not publish them.
export { ALL_RULES } from './compliance-rule';
export { RuleSpec } from './rule-spec';
