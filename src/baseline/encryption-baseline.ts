import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { backfillOf, hearOfBackfill } from './backfill-of-bucket';
import type { BucketBaselineOptions } from './bucket-baseline-options';
import { ComplianceMatrix } from './compliance-matrix';
import type { CostLine } from './cost-line';
import { costOfAlarms, costOfCompliance, costOfDataEvents, costOfDiscovery, costOfInternalAccess, costOfKey, costOfTrail, usageOf } from './costs';
import { besideAccountBaseline } from './deployed-elsewhere';
import { type Measure, missing } from './evidence';
import { evidenceOfBucket, evidenceOfKey } from './evidence-of-bucket';
import {
  evidenceOfAlarms, evidenceOfCompliance, evidenceOfKeyAccess, evidenceOfSensitiveData, evidenceOfTrail, OF_KEY_ACCESS, OF_SENSITIVE_DATA, OF_TRAIL,
} from './evidence-of-parts';
import type { ExpectedUsage } from './expected-usage';
import { MonthlyCost } from './monthly-cost';
import { sharedPartsOf } from './shared-parts';
import { type PartName, warnOfLeftOut, WatchParts } from './watch-parts';
import type { EncryptionAuditTrail } from '../audit';
import type { EncryptionBackfillJob } from '../backfill';
import type { EncryptionCompliance } from '../compliance';
import type { KeyAccessAnalysis, SensitiveDataDiscovery } from '../exposure';
import type { EncryptionAlarms } from '../monitoring';
import { ValidationError } from '../private/errors';
import { at, finalState } from '../private/final-state';

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
  private readonly measures: Measure[] = [];
  private job?: EncryptionBackfillJob;
  private watched?: { readonly bucket: s3.IBucket; readonly key?: kms.IKey; readonly keyMade: boolean };

  protected constructor(scope: Construct, id: string, options: BucketBaselineOptions) {
    super(scope, id);
    const { account, alarms, auditTrail, compliance, keyAccess, sensitiveData, notify } = options;
    this.usage = usageOf(this, options.expectedUsage);
    if (alarms?._part.kind === 'left-out' && notify.length > 0) {
      throw new ValidationError('NotifiedForNothing', '\'notify\' must be [] where \'alarms\' are left out, since nothing tells anybody: keep the alarms, or name nobody', this);
    }
    const shared = account?._account?._parts ?? sharedPartsOf(this, (home) => account === undefined
      ? new WatchParts(home, {}, notify)
      : new WatchParts(home, besideAccountBaseline(), notify, undefined, true));
    this.parts = new WatchParts(this, { alarms, auditTrail, compliance, keyAccess, sensitiveData }, notify, shared);
    const trail = this.parts.trail();
    this.auditTrail = trail !== undefined && 'trail' in trail ? trail.trail : undefined;
    this.alarms = this.parts.alarms();
    this.compliance = this.parts.compliance();
    this.keyAccess = this.parts.keyAccess();
    this.sensitiveData = this.parts.sensitiveData();
    this.complianceMatrix = ComplianceMatrix._of(this, 'ComplianceMatrix', () => [...this.measures, ...this.measuresOfParts()]);
    this.monthlyCost = MonthlyCost._of(this, 'MonthlyCost', () => this.costs());
  }

  /** What brings objects under the key. Undefined where it is left out, or where there is no key for it. */
  public get backfill(): EncryptionBackfillJob | undefined { return this.job; }

  /**
   * Lets every part look at the bucket and its key.
   *
   * @internal
   */
  protected _watch(bucket: s3.IBucket, key: kms.IKey | undefined, options: BucketBaselineOptions, keyMade: boolean): void {
    this.watched = { bucket, key, keyMade };
    this.auditTrail?.watch(bucket);
    this.alarms?.watch(bucket);
    this.keyAccess?.watch(bucket);
    this.compliance?.watch(bucket, key === undefined || key === bucket.encryptionKey ? {} : { approvedKeys: [key] });
    if (key !== undefined && key !== bucket.encryptionKey) {
      this.alarms?.watchKey(key);
      this.keyAccess?.watchKey(key);
    }
    this.sensitiveData?.watch(bucket);
    this.measures.push(...evidenceOfBucket(bucket), ...key === undefined ? [] : evidenceOfKey(key));
    this.job = this.backfillOf(bucket, key, options);
  }

  private backfillOf(bucket: s3.IBucket, key: kms.IKey | undefined, { backfill }: BucketBaselineOptions): EncryptionBackfillJob | undefined {
    const part = backfill?._part;
    if (part?.kind === 'left-out') {
      warnOfLeftOut(this, 'backfill', part.because);
      return undefined;
    }
    const job = part?.kind === 'given' ? part.given : backfillOf(this, bucket, key, part?.options);
    if (job === undefined || this.alarms === undefined) { return job; }
    if (this.alarms.dashboard !== undefined) { this.alarms.watchBackfill(job); }
    hearOfBackfill(this, this.alarms, bucket);
    return job;
  }

  private measuresOfParts(): Measure[] {
    const { bucket, key } = this.watched ?? {};
    if (bucket === undefined) { return []; }
    const leftOut = (part: PartName) => this.parts.leftOutBecause(part) ?? 'what has it is not of this app';
    return [
      ...this.auditTrail === undefined ? missing(OF_TRAIL, leftOut('auditTrail')) : evidenceOfTrail(this.auditTrail),
      ...this.alarms === undefined ? [] : evidenceOfAlarms(this.alarms),
      ...this.compliance === undefined ? [] : evidenceOfCompliance(this.compliance, bucket.bucketName, key?.keyArn),
      ...this.keyAccess === undefined ? missing(OF_KEY_ACCESS, leftOut('keyAccess')) : evidenceOfKeyAccess(this.keyAccess),
      ...this.sensitiveData === undefined ? missing(OF_SENSITIVE_DATA, leftOut('sensitiveData')) : evidenceOfSensitiveData(this.sensitiveData),
    ];
  }

  private costs(): CostLine[] {
    const { bucket, key, keyMade = false } = this.watched ?? {};
    if (bucket === undefined) { return []; }
    const { usage, auditTrail, alarms, compliance, keyAccess, sensitiveData } = this;
    return [
      ...key === undefined ? [] : costOfKey(usage, keyMade, hasBucketKey(bucket)),
      ...auditTrail === undefined ? [] : costOfDataEvents(usage),
      ...compliance === undefined ? [] : costOfCompliance(usage, compliance, bucket.bucketName, key?.keyArn),
      ...keyAccess?.node.tryFindChild('InternalAccess') === undefined ? [] : costOfInternalAccess(),
      ...sensitiveData === undefined ? [] : costOfDiscovery(sensitiveData, !this.parts.isOwn('sensitiveData')),
      ...auditTrail === undefined ? [] : costOfTrail(usage),
      ...alarms === undefined ? [] : costOfAlarms(alarms, !this.parts.isOwn('alarms')),
    ];
  }
}

/** Of a bucket that is elsewhere nothing is known; S3 turns Bucket Keys on for nobody. */
function hasBucketKey(bucket: s3.IBucket): boolean {
  const resource = bucket.node.defaultChild;
  return resource instanceof s3.CfnBucket
    && at(finalState(resource).properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'BucketKeyEnabled') === true;
}
