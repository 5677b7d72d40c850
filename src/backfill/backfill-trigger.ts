import { Duration, Token } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import { ValidationError } from '../private/errors';
import { hasText } from '../private/tokens';

/** What a trigger starts. */
export interface BackfillTriggerOptions {
  /**
   * Why what was planned is run at once, though nobody has seen what it changes and costs.
   *
   * The text is shown in a warning that can be acknowledged.
   *
   * @default - the trigger plans: it counts and prices, and writes nothing to the bucket
   */
  readonly runWithoutConfirmationBecause?: string;
}

/** When a backfill starts. Nothing starts by itself unless it was asked for here. */
export class BackfillTrigger {
  /** Never by itself: somebody starts the state machine, or the command does. The default. */
  public static manual(): BackfillTrigger {
    return new BackfillTrigger('manual');
  }

  /**
   * After each deployment that changed what the backfill is about (the key, the sources, the prefix).
   *
   * A deployment that changed nothing of that starts nothing. CloudFormation does not wait for it.
   */
  public static onDeploy(options: BackfillTriggerOptions = {}): BackfillTrigger {
    return new BackfillTrigger('deploy', undefined, options);
  }

  /**
   * Again and again, which finds what was uploaded under another key in the meantime.
   *
   * Each plan costs 0.25 USD per job, and 0.015 USD per million objects in the bucket and job.
   *
   * @param schedule of at least an hour between two starts; a rate below is refused with an error.
   * A start is refused while one is running
   */
  public static schedule(schedule: events.Schedule, options: BackfillTriggerOptions = {}): BackfillTrigger {
    const text = schedule.expressionString;
    const rate = Token.isUnresolved(text) ? null : /^rate\((\d+) minutes?\)$/.exec(text);
    if (rate !== null && Number(rate[1]) < Duration.hours(1).toMinutes()) {
      throw new ValidationError('TooOften', `'schedule' must leave at least an hour between two starts, got ${text}: each start costs jobs and a look at every object; use a day or more`);
    }
    return new BackfillTrigger('schedule', schedule, options);
  }

  /** @internal */
  public readonly _kind: 'manual' | 'deploy' | 'schedule';

  /** @internal */
  public readonly _schedule?: events.Schedule;

  /** @internal Why nobody has to confirm, or undefined. */
  public readonly _unconfirmed?: string;

  private constructor(kind: 'manual' | 'deploy' | 'schedule', schedule?: events.Schedule, options: BackfillTriggerOptions = {}) {
    const reason = options.runWithoutConfirmationBecause;
    if (reason !== undefined && !hasText(reason)) {
      throw new ValidationError('ReasonMissing', `'runWithoutConfirmationBecause' must say why, got '${reason}': give a reason, or leave it out so that the trigger only plans`);
    }
    this._kind = kind;
    this._schedule = schedule;
    this._unconfirmed = reason;
  }

  /** @internal */
  public get _input(): Readonly<Record<string, string>> {
    return { mode: this._unconfirmed === undefined ? 'plan' : 'run-without-confirmation' };
  }
}
