import { Construct } from 'constructs';
import type { AccountWatchOptions } from './account-watch-options';
import type { EncryptionAccountBaselineProps } from './encryption-account-baseline-props';
import { shareParts } from './shared-parts';
import { WatchParts } from './watch-parts';
import type { EncryptionAuditTrail } from '../audit';
import type { EncryptionCompliance } from '../compliance';
import type { KeyAccessAnalysis, SensitiveDataDiscovery } from '../exposure';
import type { EncryptionAlarms } from '../monitoring';
import { ValidationError } from '../private/errors';

/**
 * What an account needs once in a region, for all its baselines: alarms, the audit trail, the rules of AWS Config, the analysis of access.
 *
 * The baselines of its own stack share it by themselves, and those of other stacks of the app with `BaselineAccount.use()`; it then
 * watches their buckets from here, so its stack is deployed after theirs. With `watchAccount()` it watches the whole account and knows no
 * bucket: deploy it once in each account and region, by hand or by StackSets, and give baselines elsewhere
 * `BaselineAccount.deployedElsewhere()`.
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
 * account.watchAccount();
 */
export class EncryptionAccountBaseline extends Construct {
  /** @internal */
  public readonly _parts: WatchParts;

  constructor(scope: Construct, id: string, props: EncryptionAccountBaselineProps) {
    super(scope, id);
    this._parts = new WatchParts(this, props, props.notify);
    shareParts(this, this._parts);
    this._parts.trail();
    this._parts.alarms();
    this._parts.compliance();
    this._parts.keyAccess();
    this._parts.sensitiveData();
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
   * The trail records management events of all of them, and no data events: those cost by the request, so name the buckets with
   * `auditTrail.watch(bucket)`. Once.
   */
  public watchAccount(options: AccountWatchOptions = {}): void {
    if (options.sseS3BucketNames !== undefined && options.approvedKeys === undefined) {
      throw new ValidationError('NoApprovedKeys', '\'sseS3BucketNames\' are exceptions from \'approvedKeys\', which is not given: give it, or leave them out', this);
    }
    if (options.approvedKeys !== undefined && this.compliance === undefined) {
      throw new ValidationError('NoCompliance', '\'approvedKeys\' are what the rules of AWS Config compare with, and \'compliance\' is left out: leave them out too', this);
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
