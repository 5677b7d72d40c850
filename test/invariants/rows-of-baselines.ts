import { type Row, rows } from './rows';
import {
  AccessAnalyzer, BackfillSource, BaselineAccount, BaselineAlarms, BaselineAuditTrail, BaselineBackfill, BaselineCompliance,
  BaselineDataDiscovery, BaselineKey, BaselineKeyAccess, BaselineObjectReport, ComplianceRecorder, DiscoveryJob, EncryptionAccountBaseline, type
  EncryptionAccountBaselineProps, Notify, ObjectSource, RotatingS3Key, S3EncryptionBaseline, type S3EncryptionBaselineProps, SecureBucket,
} from '../../src';

const notify = [Notify.email('security@example.com')];
const baseline = rows('S3EncryptionBaseline', (stack, props: Partial<S3EncryptionBaselineProps>) => new S3EncryptionBaseline(stack, 'Orders', { notify, ...props }));
const abstract = rows('EncryptionBaseline', (stack, props: Partial<S3EncryptionBaselineProps>) => new S3EncryptionBaseline(stack, 'Orders', { notify, ...props }));
const existing = rows('ExistingBucketBaseline', (stack) => S3EncryptionBaseline.forBucket(new SecureBucket(stack, 'Data'), { notify }));
const account = rows('EncryptionAccountBaseline', (stack, props: Partial<EncryptionAccountBaselineProps>) => (
  new EncryptionAccountBaseline(stack, 'EncryptionAccountBaseline', { notify, ...props })));

/** What parts do not promise, each of one resource alone, with the reason that its own rows give. */
const NOTIFICATIONS: Row['breaks'] = {
  retained: [/AlarmsKey[0-9A-F]{8}$/, 'the key of notifications encrypts nothing that is kept, so it goes with the stack'],
  throughS3: [/AlarmsKey[0-9A-F]{8}$/, 'SNS uses that key, not S3'],
};
const TRAIL: Row['breaks'] = { uploads: [/AuditTrailBucket[0-9A-F]{8}$/, 'only CloudTrail may write to the bucket of the trail, so its policy has no rules for others'] };
const BACKFILL: Row['breaks'] = { encrypted: [/BackfillOperations[0-9A-F]{8}$/, 'reports of S3 Batch Operations cannot be under a KMS key'] };

export const BASELINES: Row[] = [
  baseline('with defaults', () => ({}), { composed: true, breaks: { ...NOTIFICATIONS, ...TRAIL, ...BACKFILL } }),
  baseline('with everything that can be made', () => ({
    key: BaselineKey.make({ multiRegion: true }),
    bucketProps: { bucketKeyEnabled: true },
    auditTrail: BaselineAuditTrail.make(),
    alarms: BaselineAlarms.make({ dashboard: false }),
    compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.make() }),
    keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make() }),
    sensitiveData: BaselineDataDiscovery.make({ job: DiscoveryJob.weekly() }),
    objectReport: BaselineObjectReport.make({ source: ObjectSource.inventory() }),
    backfill: BaselineBackfill.make({ sources: [BackfillSource.sseS3()] }),
    expectedUsage: { readsPerMonth: 1 },
  }), { composed: true, breaks: { ...NOTIFICATIONS, ...TRAIL, ...BACKFILL } }),
  baseline('beside an account baseline elsewhere', () => ({ account: BaselineAccount.deployedElsewhere(), outputs: false }), { composed: true, breaks: { ...NOTIFICATIONS, ...BACKFILL } }),
  abstract('with a key that is given, and as little as can be', (stack) => ({
    notify: [],
    key: BaselineKey.use(new RotatingS3Key(stack, 'Key')),
    alarms: BaselineAlarms.leaveOut('another tool watches'),
    auditTrail: BaselineAuditTrail.leaveOut('the organization has one'),
    compliance: BaselineCompliance.leaveOut('another tool looks'),
    keyAccess: BaselineKeyAccess.leaveOut('another tool looks'),
    backfill: BaselineBackfill.leaveOut('nothing is there yet'),
  })),
  existing('of a SecureBucket', () => ({}), { composed: true, breaks: { ...NOTIFICATIONS, ...TRAIL, ...BACKFILL } }),
  account('for a whole account', () => ({
    alarms: BaselineAlarms.make(),
    auditTrail: BaselineAuditTrail.make(),
    compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.existing() }),
    keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing() }),
    sensitiveData: BaselineDataDiscovery.leaveOut('only some buckets are looked at'),
  }), { composed: true, breaks: { ...NOTIFICATIONS, ...TRAIL }, also: (made) => { made.watchAccount(); } }),
];
