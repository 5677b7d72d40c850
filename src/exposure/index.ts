export { AccessAnalyzer } from './access-analyzer';
export { EncryptionGuardrails } from './encryption-guardrails';
export { EncryptionGuardrailsProps } from './encryption-guardrails-props';
export { ExpectedAccess } from './expected-access';
export { KeyAccessAnalysis } from './key-access-analysis';
export { KeyAccessAnalysisOptions, KeyAccessAnalysisProps } from './key-access-analysis-props';
