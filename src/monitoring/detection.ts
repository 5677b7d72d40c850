import { Duration, Token } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { DetectionSeverity } from './detection-severity';
import type { DetectionSpec, PatternNode } from './detection-spec';
import * as catalogue from './detections';
import type { ControlMappings } from '../controls';
import { ValidationError } from '../private/errors';

const ID = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;

/** What every detection of your own says about itself. */
export interface DetectionOptions {
  /**
   * How soon somebody has to look.
   */
  readonly severity: DetectionSeverity;

  /**
   * What happened, in a few words, as the notification says it: `bucket logging changed`.
   */
  readonly title: string;

  /**
   * What it means for the data, in a sentence or two, for the person who is woken by it.
   */
  readonly meaning: string;

  /**
   * Recommendations, controls and techniques that it answers, such as `CIS 4.7` or `T1486`.
   *
   * @default - none
   */
  readonly references?: string[];

  /**
   * Controls of standards that ask for this very detection, for the compliance matrix of `S3EncryptionBaseline`.
   *
   * @default - none
   */
  readonly mappings?: ControlMappings;
}

/** Options of `Detection.onEvent`. */
export interface EventDetectionOptions extends DetectionOptions {
  /**
   * The source of the event in EventBridge, such as `aws.s3`.
   */
  readonly source: string;

  /**
   * Names of the calls in CloudTrail, such as `PutBucketLogging`. At least one. They differ from the
   * names of IAM actions for some calls.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
   */
  readonly calls: string[];

  /**
   * Further clauses of the event pattern, under `detail`.
   *
   * @default - none: every call of these names that succeeded
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
   */
  readonly where?: { [field: string]: any };

  /**
   * Whether these calls only read. Rules see such calls in a state of their own, which the
   * construct then sets.
   *
   * @default false
   */
  readonly readOnly?: boolean;
}

/** Options of `Detection.onRate`. */
export interface RateDetectionOptions extends DetectionOptions {
  /**
   * The filter pattern, over the records of CloudTrail in the log group of the trail.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
   */
  readonly filterPattern: logs.IFilterPattern;

  /**
   * How many within the period are a finding: a whole number from 1.
   *
   * @default 1
   */
  readonly threshold?: number;

  /**
   * The period that is counted over: 1 minute or a multiple of it, up to a day.
   *
   * @default - 5 minutes
   */
  readonly period?: Duration;
}

/**
 * Something that attackers, or mistakes, do to encryption: one of the catalogue, or one of your own.
 *
 * The constants are the catalogue, all of which is on by default; `DetectionChoice` tunes them or
 * turns them off. Their severity, meaning and the way to act on each stand in the runbook.
 *
 * @example
 * const loggingChanged = Detection.onEvent('bucket-logging-changed', {
 *   severity: DetectionSeverity.MEDIUM,
 *   title: 'bucket logging changed',
 *   meaning: 'Access logs may go elsewhere, or nowhere.',
 *   source: 'aws.s3',
 *   calls: ['PutBucketLogging'],
 * });
 */
export class Detection {
  /** A watched key was disabled. */
  public static readonly KEY_DISABLED = new Detection(catalogue.keyDisabled);

  /** A watched key was scheduled for deletion. */
  public static readonly KEY_DELETION_SCHEDULED = new Detection(catalogue.keyDeletionScheduled);

  /** The deletion of a watched key was cancelled; it is disabled until somebody enables it. */
  public static readonly KEY_DELETION_CANCELLED = new Detection(catalogue.keyDeletionCancelled);

  /** A watched key was deleted, at the end of its waiting period. KMS says so itself; no trail is needed. */
  public static readonly KEY_DELETED = new Detection(catalogue.keyDeleted);

  /** The imported material of a watched key was deleted. */
  public static readonly KEY_MATERIAL_DELETED = new Detection(catalogue.keyMaterialDeleted);

  /** The rotation of a watched key was turned off. */
  public static readonly KEY_ROTATION_DISABLED = new Detection(catalogue.keyRotationDisabled);

  /** The policy of a watched key was changed. */
  public static readonly KEY_POLICY_CHANGED = new Detection(catalogue.keyPolicyChanged);

  /** A grant on a watched key was made, not by an AWS service. */
  public static readonly KEY_GRANT_CREATED = new Detection(catalogue.keyGrantCreated);

  /** A watched multi-Region key was replicated to another region, where it has a policy of its own. */
  public static readonly KEY_REPLICATED = new Detection(catalogue.keyReplicated);

  /** An alias of this account was moved to another key, or deleted. Account-wide, since the event does not name the key that lost it. */
  public static readonly KEY_ALIAS_MOVED = new Detection(catalogue.keyAliasMoved);

  /** A change of a watched key was denied. Denied calls that name no key count too. */
  public static readonly KEY_TAMPERING_DENIED = new Detection(catalogue.keyTamperingDenied);

  /** A watched key was used by a caller itself, and not by S3 on its behalf; whether it was let or not. Turn it off for keys that are not for S3 alone. */
  public static readonly KEY_USED_DIRECTLY = new Detection(catalogue.keyUsedDirectly);

  /** The default encryption of a watched bucket was deleted or set to SSE-S3. */
  public static readonly BUCKET_ENCRYPTION_DOWNGRADED = new Detection(catalogue.bucketEncryptionDowngraded);

  /** The default encryption of a watched bucket was set to anything else. */
  public static readonly BUCKET_ENCRYPTION_CHANGED = new Detection(catalogue.bucketEncryptionChanged);

  /** SSE-C was unblocked on a watched bucket, or its encryption was set without blocking it. */
  public static readonly BUCKET_SSE_C_UNBLOCKED = new Detection(catalogue.bucketSseCUnblocked);

  /** The policy of a watched bucket was changed or deleted. */
  public static readonly BUCKET_POLICY_CHANGED = new Detection(catalogue.bucketPolicyChanged);

  /** The public access block of a watched bucket, or of the account, was changed or deleted. */
  public static readonly BUCKET_PUBLIC_ACCESS_CHANGED = new Detection(catalogue.bucketPublicAccessChanged);

  /** The versioning of a watched bucket was changed. */
  public static readonly BUCKET_VERSIONING_CHANGED = new Detection(catalogue.bucketVersioningChanged);

  /** The ownership controls or the ACL of a watched bucket were changed. */
  public static readonly BUCKET_OWNERSHIP_CHANGED = new Detection(catalogue.bucketOwnershipChanged);

  /** The replication of a watched bucket was changed or deleted. */
  public static readonly BUCKET_REPLICATION_CHANGED = new Detection(catalogue.bucketReplicationChanged);

  /** The lifecycle of a watched bucket was changed or deleted. */
  public static readonly BUCKET_LIFECYCLE_CHANGED = new Detection(catalogue.bucketLifecycleChanged);

  /** A change of a watched bucket was denied. */
  public static readonly BUCKET_TAMPERING_DENIED = new Detection(catalogue.bucketTamperingDenied);

  /** 100 objects or more of watched buckets were moved to another key within 5 minutes. Needs data events. A backfill of your own does the same: expect it then. */
  public static readonly OBJECTS_REKEYED = new Detection(catalogue.objectsRekeyed);

  /** 100 objects or more of watched buckets were rewritten within 5 minutes under a key that is not the key of the bucket. Needs data events. Where the key of a bucket is not known, and for a whole account, every copy that asks for a KMS key counts. */
  public static readonly OBJECTS_COPIED_UNDER_OTHER_KEY = new Detection(catalogue.objectsCopiedUnderOtherKey);

  /** An object of a watched bucket was written under a key of the client. Needs data events. */
  public static readonly SSE_C_UPLOADS = new Detection(catalogue.sseCUploads);

  /** 10 uses or more of watched keys were denied within 5 minutes. */
  public static readonly DECRYPTS_DENIED = new Detection(catalogue.decryptsDenied);

  /** A watched key was needed while disabled, or pending deletion. */
  public static readonly KEY_UNUSABLE = new Detection(catalogue.keyUnusable);

  /** More decrypts under watched keys than usual at this time. Off by default: `DetectionChoice.anomalyBand()` turns it on. */
  public static readonly DECRYPT_VOLUME = new Detection(catalogue.decryptVolume);

  /** A trail of the account was stopped or deleted. */
  public static readonly TRAIL_STOPPED = new Detection(catalogue.trailStopped);

  /** A trail of the account, or its event selectors, was changed. */
  public static readonly TRAIL_NARROWED = new Detection(catalogue.trailNarrowed);

  /** The recorder of AWS Config was stopped or deleted, or its delivery channel deleted. */
  public static readonly CONFIG_RECORDER_STOPPED = new Detection(catalogue.configRecorderStopped);

  /** Any key of the account was disabled or scheduled for deletion: the filter that scanners look for. */
  public static readonly CIS_KEY_DISABLED_OR_DELETED = new Detection(catalogue.cisKeyDisabledOrDeleted);

  /** Any bucket of the account was changed: the filter that scanners look for. */
  public static readonly CIS_BUCKET_POLICY_CHANGED = new Detection(catalogue.cisBucketPolicyChanged);

  /** Any trail of the account was changed: the filter that scanners look for. */
  public static readonly CIS_TRAIL_CHANGED = new Detection(catalogue.cisTrailChanged);

  /** AWS Config of the account was changed: the filter that scanners look for. */
  public static readonly CIS_CONFIG_CHANGED = new Detection(catalogue.cisConfigChanged);

  /**
   * A single call is the finding: an EventBridge rule hears of it within seconds of CloudTrail.
   *
   * Of the whole account and region; narrow it with `where`. Calls that failed do not count. Costs
   * nothing: EventBridge charges nothing for the events of AWS services.
   *
   * @param id names the detection, its rule and its section in your runbook: 3 to 40 lower-case letters, digits and hyphens
   */
  public static onEvent(id: string, options: EventDetectionOptions): Detection {
    const { severity, title, meaning, references = [], mappings, source, calls, where, readOnly } = options;
    if (calls.length === 0) {
      throw new ValidationError('NoCalls', `'calls' of the detection '${id}' must name at least one event of CloudTrail, got none: such a rule would match every call of '${source}'`);
    }
    return new Detection({
      kind: 'event',
      id: checked(id),
      severity,
      title,
      meaning,
      references,
      mappings,
      parts: [{ source, scope: 'account', calls, outcome: 'succeeded', readOnly, where: (where ?? {}) as PatternNode }],
    });
  }

  /**
   * A number of records within a period is the finding: a metric filter on the log group of the
   * trail, and an alarm.
   *
   * Needs `trailLogGroup` of the alarms. CloudTrail writes to its log group within about five
   * minutes. Costs 0.10 USD a month for the alarm and up to 0.30 USD for the metric.
   *
   * @param id names the detection, its metric and its section in your runbook: 3 to 40 lower-case letters, digits and hyphens
   */
  public static onRate(id: string, options: RateDetectionOptions): Detection {
    const { severity, title, meaning, references = [], mappings, filterPattern, threshold = 1, period = Duration.minutes(5) } = options;
    checkThreshold(id, threshold);
    checkPeriod(id, period);
    return new Detection({
      kind: 'rate',
      id: checked(id),
      severity,
      title,
      meaning,
      references,
      mappings,
      scope: 'account',
      terms: [],
      threshold,
      period,
      exactPattern: filterPattern.logPatternString,
    });
  }

  /** Names the detection, in lower-case words. */
  public readonly id: string;

  /** How soon somebody has to look. */
  public readonly severity: DetectionSeverity;

  /** What it means for the data. */
  public readonly meaning: string;

  /** Recommendations, controls and techniques that it answers. */
  public readonly references: string[];

  /** Controls of standards that ask for this very detection: metric filters and alarms, as scanners look for them. */
  public readonly mappings: ControlMappings;

  /** @internal */
  public readonly _spec: DetectionSpec;

  /**
   * Whether it is about the account, and no single key or bucket.
   *
   * @internal
   */
  public get _ofAccount(): boolean {
    return this._spec.kind === 'event' ? this._spec.parts.every(({ scope }) => scope === 'account') : this._spec.scope === 'account';
  }

  /**
   * Whether it is counted, in the log group of a trail.
   *
   * @internal
   */
  public get _counts(): boolean { return this._spec.kind === 'rate'; }

  private constructor(spec: DetectionSpec) {
    this._spec = spec;
    this.id = spec.id;
    this.severity = spec.severity;
    this.meaning = spec.meaning;
    this.references = [...spec.references];
    this.mappings = spec.mappings ?? {};
  }
}

/** Every detection of the catalogue, in the order of the runbook. */
export const CATALOGUE: readonly Detection[] = Object.values(Detection).filter((value): value is Detection => value instanceof Detection);

function checked(id: string): string {
  if (!ID.test(id)) {
    throw new ValidationError('DetectionIdInvalid', `'id' of a detection must be 3 to 40 lower-case letters, digits and hyphens, beginning with a letter, got '${id}'`);
  }
  return id;
}

export function checkThreshold(id: string, threshold: number): void {
  if (!Token.isUnresolved(threshold) && (!Number.isInteger(threshold) || threshold < 1)) {
    throw new ValidationError('ThresholdInvalid', `'threshold' of the detection '${id}' must be a whole number from 1, got ${threshold}: turn it off with DetectionChoice.off() instead`);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: metrics of a log group have whole minutes. */
export function checkPeriod(id: string, period: Duration): void {
  const seconds = period.toSeconds();
  if (seconds < 60 || seconds > 86_400 || seconds % 60 !== 0) {
    throw new ValidationError('PeriodInvalid', `'period' of the detection '${id}' must be whole minutes, from 1 minute to 1 day, got ${period.toHumanString()}`);
  }
}
