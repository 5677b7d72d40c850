export { AccessAnalyzer } from './access-analyzer';
// For the other areas of this library; src/index.ts does not publish it.
export { madeAnalyzerOf } from './analyzer-of-stack';
export { EncryptionGuardrails } from './encryption-guardrails';
export { EncryptionGuardrailsProps } from './encryption-guardrails-props';
export { ExpectedAccess } from './expected-access';
export { KeyAccessAnalysis } from './key-access-analysis';
export { KeyAccessAnalysisOptions, KeyAccessAnalysisProps } from './key-access-analysis-props';
export { AutomatedDiscovery } from './automated-discovery';
export { DiscoveryJob } from './discovery-job';
export {
  DayOfWeek, DiscoveryJobOptions, MonthlyDiscoveryJobOptions, RecurringDiscoveryJobOptions, WeeklyDiscoveryJobOptions,
} from './discovery-job-options';
export { MacieAllowList } from './macie-allow-list';
export { MacieSession } from './macie-session';
export { FindingPublishingFrequency, MadeMacieSessionOptions } from './macie-session-options';
export { MacieSeverity } from './macie-severity';
export { SensitiveDataDiscovery } from './sensitive-data-discovery';
export { SensitiveDataDiscoveryOptions, SensitiveDataDiscoveryProps } from './sensitive-data-discovery-props';
