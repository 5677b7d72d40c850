import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AccountWatchOptions } from './account-watch-options';
import type { EncryptionAccountBaselineProps } from './encryption-account-baseline-props';
import { shareParts } from './shared-parts';
import { WatchParts } from './watch-parts';
import type { EncryptionAuditTrail } from '../audit';
import type { EncryptionCompliance } from '../compliance';
import type { KeyAccessAnalysis, SensitiveDataDiscovery } from '../exposure';
import { Detection, type EncryptionAlarms } from '../monitoring';
import { ValidationError } from '../private/errors';

/** Detections of what is done to objects. */
const OF_OBJECTS = [Detection.OBJECTS_REKEYED, Detection.OBJECTS_COPIED_UNDER_OTHER_KEY, Detection.SSE_C_UPLOADS].map(({ id }) => id);

/**
 * What an account needs once in a region, for all its baselines: alarms, the audit trail, the rules of AWS Config, the analysis of access.
 * Each part is made when it is first asked for, by a baseline, by `watchAccount()` or by its name here.
 *
 * The baselines of its own stack share it by themselves, and those of other stacks of the app with `BaselineAccount.use()`; it then
 * watches their buckets from here, so its stack is deployed after theirs. Made directly in a stack with the id
 * `EncryptionAccountBaseline`, it takes the place of what the baselines of that stack shared without it, and replaces nothing.
 *
 * With `watchAccount()` it watches the whole account and knows no bucket: deploy it by hand or by StackSets, and give baselines
 * elsewhere `BaselineAccount.deployedElsewhere()`. Its trail is of all regions, so deploy it with a trail in one region of an account, and
 * in each other one with `auditTrail: BaselineAuditTrail.leaveOut()` and that reason: rules hear of calls in every region that a trail logs.
 *
 * Everything that keeps evidence is retained when the stack is deleted: the log files, their key, the log group.
 *
 * Costs the keys of trail and notifications (1 USD a month each), the alarms and the dashboard: about 9 USD a month.
 *
 * @example
 * const account = new EncryptionAccountBaseline(this, 'EncryptionAccountBaseline', {
 *   notify: [Notify.email('security@example.com')],
 *   compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.existing() }),
 *   keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing() }),
 * });
 * account.watchAccount({ dataEvents: true });
 */
export class EncryptionAccountBaseline extends Construct {
  /** @internal */
  public readonly _parts: WatchParts;

  constructor(scope: Construct, id: string, props: EncryptionAccountBaselineProps) {
    super(scope, id);
    this._parts = new WatchParts(this, props, props.notify);
    shareParts(this, this._parts);
    this.node.addValidation({
      validate: () => this._parts.unused ? [new ValidationError('NothingWatched', 'no baseline uses this account baseline, so nothing is made: make an S3EncryptionBaseline in this stack, give it to one with BaselineAccount.use(), or call watchAccount()', this).message] : [],
    });
  }

  /** The alarms. Undefined where they are left out. */
  public get alarms(): EncryptionAlarms | undefined { return this._parts.alarms(); }

  /** The audit trail. Undefined where it is left out, or known by its log group only. */
  public get auditTrail(): EncryptionAuditTrail | undefined {
    const trail = this._parts.trail();
    return trail !== undefined && 'trail' in trail ? trail.trail : undefined;
  }

  /** The rules of AWS Config. Undefined where they are left out. */
  public get compliance(): EncryptionCompliance | undefined { return this._parts.compliance(); }

  /** The analysis of access. Undefined where it is left out. */
  public get keyAccess(): KeyAccessAnalysis | undefined { return this._parts.keyAccess(); }

  /** The discovery of sensitive data. Undefined unless it was asked for. */
  public get sensitiveData(): SensitiveDataDiscovery | undefined { return this._parts.sensitiveData(); }

  /**
   * Watches every bucket and every key of the account in this region, whoever made them.
   *
   * The trail records management events of all of them. What happens to objects it records with `dataEvents` alone, since that costs by the
   * request; a warning says what is not found without it.
   */
  public watchAccount(options: AccountWatchOptions = {}): void {
    if (options.sseS3BucketNames !== undefined && options.approvedKeys === undefined) {
      throw new ValidationError('NoApprovedKeys', '\'sseS3BucketNames\' are exceptions from \'approvedKeys\', which is not given: give it, or leave them out', this);
    }
    if (options.approvedKeys !== undefined && this.compliance === undefined) {
      throw new ValidationError('NoCompliance', '\'approvedKeys\' are what the rules of AWS Config compare with, and \'compliance\' is left out: leave them out too', this);
    }
    if (options.dataEvents === true && this.auditTrail === undefined) {
      throw new ValidationError('NoTrail', '\'dataEvents\' are recorded by the trail of this construct, and \'auditTrail\' is left out or elsewhere: leave them out, and record them there', this);
    }
    if (options.dataEvents === true) {
      this.auditTrail?.watchAllBuckets();
    } else if (this.auditTrail !== undefined && this.alarms !== undefined) {
      Annotations.of(this).addWarningV2('cdk-s3-encryption:EncryptionAccountBaseline.objectsNotRecorded',
        `the trail records no data events of buckets that are not named, so that ${OF_OBJECTS.join(', ')} find nothing there: give dataEvents: true, name buckets with auditTrail.watch(), or acknowledge this`);
    }
    this.alarms?.watchAccount();
    this.keyAccess?.watchAccount();
    if (options.approvedKeys !== undefined) {
      this.compliance?.watchAccount({ approvedKeys: options.approvedKeys, sseS3BucketNames: options.sseS3BucketNames });
    } else {
      this.compliance?.watchTrailsAlone();
    }
  }
}
