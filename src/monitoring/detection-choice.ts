import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkPeriod, checkThreshold, Detection } from './detection';
import type { DetectionSeverity } from './detection-severity';
import { ValidationError } from '../private/errors';

/** Options of `DetectionChoice.threshold`. */
export interface RateThreshold {
  /**
   * How many within the period are a finding: a whole number from 1.
   */
  readonly count: number;

  /**
   * The period that is counted over: whole minutes, from 1 minute to 1 day.
   *
   * @default - the period of the detection, 5 minutes
   */
  readonly period?: Duration;
}

/** What a choice changes about one detection. */
export interface Tuning {
  readonly off?: string;
  readonly on?: true;
  readonly severity?: DetectionSeverity;
  readonly threshold?: number;
  readonly period?: Duration;
  readonly exceptRole?: iam.IRole;
}

/**
 * Tunes one detection of the catalogue, or turns it off with a reason.
 *
 * @example
 * new EncryptionAlarms(this, 'Alarms', {
 *   notify: [Notify.email('security@example.com')],
 *   choices: [
 *     DetectionChoice.threshold(Detection.DECRYPTS_DENIED, { count: 50 }),
 *     DetectionChoice.off(Detection.KEY_ALIAS_MOVED, 'aliases of this account belong to the platform team, which has alarms of its own'),
 *   ],
 * });
 */
export class DetectionChoice {
  /**
   * Turns a detection off.
   *
   * @param because why nobody has to hear of it; shown in a warning of the synthesis
   */
  public static off(detection: Detection, because: string): DetectionChoice {
    return new DetectionChoice(detection, { off: reason(detection, because) });
  }

  /** Another severity than the one of the catalogue, in messages and names. */
  public static severity(detection: Detection, severity: DetectionSeverity): DetectionChoice {
    return new DetectionChoice(detection, { severity });
  }

  /** How many within which period are a finding, for a detection that counts. Others are refused with an error. */
  public static threshold(detection: Detection, options: RateThreshold): DetectionChoice {
    const spec = detection._spec;
    if (spec.kind !== 'rate' || spec.band === true) {
      throw new ValidationError('NotCounted', `the detection '${detection.id}' has no threshold: ${spec.kind === 'rate'
        ? 'it compares with its own past, see DetectionChoice.anomalyBand()' : 'each single event is a finding'}`);
    }
    checkThreshold(detection.id, options.count);
    if (options.period !== undefined) { checkPeriod(detection.id, options.period); }
    return new DetectionChoice(detection, { threshold: options.count, period: options.period });
  }

  /**
   * Leaves out what one role does, such as the role that deploys your stacks; of a detection of
   * single events only.
   *
   * Whoever may assume the role is not heard of any more: prefer hearing of your own deployments.
   *
   * @param role the role itself, not its sessions
   * @param because why; shown in a warning of the synthesis
   */
  public static exceptRole(detection: Detection, role: iam.IRole, because: string): DetectionChoice {
    if (detection._spec.kind !== 'event' || detection._spec.parts.some(({ native }) => native !== undefined)) {
      throw new ValidationError('NoRole', `the detection '${detection.id}' cannot leave out a role: ${detection._spec.kind === 'event'
        ? 'its event names nobody' : 'it counts, and a count names nobody; raise its threshold instead'}`);
    }
    return new DetectionChoice(detection, { exceptRole: role, off: undefined }, reason(detection, because));
  }

  /**
   * Turns on `Detection.DECRYPT_VOLUME`: an alarm when the number of decrypts leaves the band that
   * CloudWatch learned from the past two weeks.
   *
   * Costs 0.30 USD a month for the alarm with its three metrics. Under a Bucket Key S3 decrypts
   * seldom, so the number says little there.
   *
   * @param deviations half of the width of the band, in standard deviations: from 1 to 10. Defaults to 3
   */
  public static anomalyBand(deviations: number = 3): DetectionChoice {
    if (!(deviations >= 1 && deviations <= 10)) {
      throw new ValidationError('BandInvalid', `'deviations' must be from 1 to 10 standard deviations, got ${deviations}`);
    }
    return new DetectionChoice(Detection.DECRYPT_VOLUME, { on: true, threshold: deviations });
  }

  private constructor(
    /** The detection that this is about. */
    public readonly detection: Detection,
    /** @internal */
    public readonly _tuning: Tuning,
    /** @internal */
    public readonly _reason: string | undefined = _tuning.off,
  ) {}
}

function reason(detection: Detection, because: string): string {
  if (because.trim() === '') {
    throw new ValidationError('ReasonMissing', `'because' must say why '${detection.id}' need not be heard of, got an empty text`);
  }
  return because;
}
