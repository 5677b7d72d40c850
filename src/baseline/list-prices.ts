/**
 * What AWS charges in us-east-1, in US dollars; other regions differ by up to a half. Free tiers are not counted, but for the first copy of management events. Read on the day given.
 * https://aws.amazon.com/kms/pricing/, and s3, cloudtrail, cloudwatch, config, macie and iam/access-analyzer in place of kms.
 */
export const LIST_PRICES = {
  region: 'us-east-1',
  asOf: '2026-11-23',
  perKey: 1,
  perKmsRequest: 0.03 / 10_000,
  perDataEvent: 0.10 / 100_000,
  perFurtherManagementEvent: 2 / 100_000,
  perLogGigabyte: 0.50,
  perAlarm: 0.10,
  /** An alarm of anomalies looks at three metrics. */
  perAnomalyAlarm: 0.30,
  perMetric: 0.30,
  perDashboard: 3,
  perEvaluation: 0.001,
  perConfigurationItem: 0.003,
  perBucketOfInternalAccess: 9,
  perListedObject: 0.0025 / 1_000_000,
  perMetadataUpdate: 0.30 / 1_000_000,
  perInspectedGigabyte: 1,
  perBucketOfMacie: 0.10,
} as const;
