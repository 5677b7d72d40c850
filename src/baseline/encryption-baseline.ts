import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { backfillOf, hearOfBackfill, ofReport } from './backfill-of-bucket';
import type { BucketBaselineOptions } from './bucket-baseline-options';
import { checkAccount, checkLambdas, checkReportHere, checkSameBucket, checkStackOf } from './checks';
import { ComplianceMatrix } from './compliance-matrix';
import type { CostLine } from './cost-line';
import { costsOf, usageOf } from './costs';
import { sharedFor } from './deployed-elsewhere';
import type { Measure, Subject } from './evidence';
import { evidenceOfBucket, evidenceOfKeys } from './evidence-of-bucket';
import { evidenceOfObjects, evidenceOfParts } from './evidence-of-parts';
import type { ExpectedUsage } from './expected-usage';
import type { ForBucketOptions } from './for-bucket-options';
import { MonthlyCost } from './monthly-cost';
import { warnOfLeftOut, WatchParts } from './watch-parts';
import type { EncryptionAuditTrail } from '../audit';
import type { EncryptionBackfillJob } from '../backfill';
import { SecureBucket } from '../bucket';
import type { EncryptionCompliance } from '../compliance';
import type { KeyAccessAnalysis, SensitiveDataDiscovery } from '../exposure';
import type { EncryptionAlarms } from '../monitoring';
import { ObjectEncryptionReport } from '../objects';
import { checkHome } from '../private/home';

/**
 * What the baselines of a bucket have in common, whoever made the bucket: everything that watches it, and what they can show of it.
 *
 * @see S3EncryptionBaseline
 */
export abstract class EncryptionBaseline extends Construct {
  /** What tells people. Undefined where it is left out. */
  public readonly alarms?: EncryptionAlarms;

  /** What writes down who did what. Undefined where it is left out, or known by its log group only. */
  public readonly auditTrail?: EncryptionAuditTrail;

  /** What proves that it still holds. Undefined where it is left out. */
  public readonly compliance?: EncryptionCompliance;

  /** What finds whom policies let in. Undefined where it is left out. */
  public readonly keyAccess?: KeyAccessAnalysis;

  /** What looks for sensitive data. Undefined unless it was asked for. */
  public readonly sensitiveData?: SensitiveDataDiscovery;

  /** Which control of which standard is met by which resource. */
  public readonly complianceMatrix: ComplianceMatrix;

  /** What it costs in a month, estimated. */
  public readonly monthlyCost: MonthlyCost;

  private readonly parts: WatchParts;
  private readonly usage: Required<ExpectedUsage>;
  /** Whether a trail that is not of this app has to record the data events of the bucket: given by its log group, or with the account. */
  private readonly recordedElsewhere: boolean;
  private watched?: s3.IBucket;
  private target?: kms.IKey;
  private job?: EncryptionBackfillJob;
  private report?: ObjectEncryptionReport;
  private readonly reasons: { key?: string; backfill?: string; objectReport?: string } = {};

  protected constructor(scope: Construct, id: string, options: BucketBaselineOptions) {
    super(scope, id);
    const { account, alarms, auditTrail, compliance, keyAccess, sensitiveData, notify, outputs = true } = options;
    this.usage = usageOf(this, options.expectedUsage);
    checkAccount(this, account);
    const shared = sharedFor(this, account, notify);
    this.parts = new WatchParts(this, { alarms, auditTrail, compliance, keyAccess, sensitiveData }, notify, { shared });
    const trail = this.parts.trail();
    this.auditTrail = trail !== undefined && 'trail' in trail ? trail.trail : undefined;
    const accountElsewhere = account !== undefined && account._account === undefined && account._dataEventsRecorded;
    this.recordedElsewhere = accountElsewhere || (trail !== undefined && this.auditTrail === undefined);
    checkLambdas(this, this.parts, notify);
    this.alarms = this.parts.alarms();
    this.compliance = this.parts.compliance();
    this.keyAccess = this.parts.keyAccess();
    this.sensitiveData = this.parts.sensitiveData();
    this.complianceMatrix = ComplianceMatrix._of(this, 'ComplianceMatrix', outputs, () => this.measures());
    this.monthlyCost = MonthlyCost._of(this, 'MonthlyCost', outputs, () => this.costs());
  }

  /** What brings objects under the key. Undefined where it is left out, or where there is no key for it. */
  public get backfill(): EncryptionBackfillJob | undefined { return this.job; }

  /** What looks at each object. Undefined unless it was asked for. */
  public get objectReport(): ObjectEncryptionReport | undefined { return this.report; }

  /**
   * Lets every part look at the bucket and its key.
   *
   * @param target the key that the bucket shall be under, where that is another than the one that it has
   * @internal
   */
  protected _watch(bucket: s3.IBucket, target: kms.IKey | undefined, options: ForBucketOptions): void {
    checkHome(this, 'bucket', bucket, 'everything that watches it is there, so make this baseline in a stack of that account and region');
    // Of an imported bucket nobody waits for a stack.
    const isMade = bucket.node.defaultChild !== undefined;
    const watchers = isMade ? [this.auditTrail, this.alarms, this.compliance, this.keyAccess, this.sensitiveData] : [];
    for (const key of [bucket.encryptionKey, target]) {
      checkStackOf(this, 'key', key, watchers);
      if (key !== undefined) { checkHome(this, 'key', key, 'a baseline has the key of its bucket in the same account and region, so give one that is there'); }
    }
    checkStackOf(this, 'bucketProps.serverAccessLogsBucket', bucket instanceof SecureBucket ? bucket.accessLogsBucket : undefined, watchers);
    this.watched = bucket;
    this.target = target;
    if (options.key?._part.kind === 'left-out') { this.reasons.key = options.key._part.because; }
    this.auditTrail?.watch(bucket);
    this.alarms?.watch(bucket);
    this.keyAccess?.watch(bucket);
    this.sensitiveData?.watch(bucket);
    const sseS3Because = bucket.node.defaultChild === undefined && bucket.encryptionKey === undefined ? this.reasons.key : undefined;
    this.compliance?.watch(bucket, target === undefined ? { sseS3Because } : { approvedKeys: [target] });
    if (target !== undefined) {
      this.compliance?._mayLeaveItsKey(bucket, 'The baseline of the bucket warns that it is not under the key yet.');
      this.alarms?.watchKey(target);
      this.keyAccess?.watchKey(target);
    }
    this.report = this.reportOf(bucket, target, options);
    this.job = this.backfillOf(bucket, target, options);
  }

  private backfillOf(bucket: s3.IBucket, target: kms.IKey | undefined, { backfill }: BucketBaselineOptions): EncryptionBackfillJob | undefined {
    const part = backfill?._part;
    if (part?.kind === 'left-out') {
      warnOfLeftOut(this, 'backfill', part.because);
      this.reasons.backfill = part.because;
      return undefined;
    }
    const job = backfillOf(this, bucket, target, backfill?._listedKeys === undefined ? part : ofReport(this, this.report, backfill._listedKeys));
    if (job === undefined || this.alarms === undefined) { return job; }
    if (this.alarms.dashboard !== undefined) { this.alarms.watchBackfill(job); }
    hearOfBackfill(this, this.alarms, bucket);
    return job;
  }

  private reportOf(bucket: s3.IBucket, target: kms.IKey | undefined, { objectReport }: BucketBaselineOptions): ObjectEncryptionReport | undefined {
    const part = objectReport?._part;
    if (part?.kind === 'left-out') { this.reasons.objectReport = part.because; }
    if (part === undefined || part.kind === 'left-out') { return undefined; }
    if (part.kind === 'given') {
      checkSameBucket(this, 'objectReport', bucket, part.given, part.given._bucketName);
      return part.given;
    }
    checkReportHere(this, this.alarms);
    // With a source that knows keys, objects shall be under the key that the bucket shall be under.
    const expected = part.options.source._knowsKeys && target !== undefined ? { expectedKeys: [target] } : {};
    return new ObjectEncryptionReport(this, 'ObjectReport', { ...expected, ...part.options, bucket, alarms: this.alarms, _kmsExpected: target !== undefined });
  }

  private measures(): Measure[] {
    const { subject } = this;
    return subject === undefined ? [] : [
      ...evidenceOfBucket(subject),
      ...evidenceOfKeys(subject),
      ...evidenceOfParts(this, this.parts, subject),
      ...evidenceOfObjects(this, this.reasons, subject),
    ];
  }

  private costs(): CostLine[] {
    return this.subject === undefined ? [] : costsOf(this, this.parts, this.subject, { ...this.usage, recordedElsewhere: this.recordedElsewhere });
  }

  /** Objects are under the key that the bucket has until they are brought under the one that it shall have. */
  private get subject(): Subject | undefined {
    const { watched: bucket, target } = this;
    if (bucket === undefined) { return undefined; }
    const keys = new Set([bucket.encryptionKey, target].flatMap((key) => key === undefined ? [] : [key]));
    return { bucket, keys: [...keys], noKeyBecause: this.reasons.key };
  }
}
