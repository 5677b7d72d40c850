export { ComplianceChoice } from './compliance-choice';
export { ComplianceRecorder, MadeRecorderOptions } from './compliance-recorder';
export { AutomaticRemediationOptions, ComplianceRemediation } from './compliance-remediation';
export { ComplianceRule } from './compliance-rule';
export { ComplianceOrganizationOptions, ComplianceScopeOptions, ComplianceTagOptions, ComplianceWatchOptions } from './compliance-scope-options';
export { ControlMappings } from './control-mappings';
export { EncryptionCompliance } from './encryption-compliance';
export { EncryptionComplianceProps } from './encryption-compliance-props';
