import { leftOut, type Part } from './part';
import type { EncryptionAlarms, EncryptionAlarmsOptions } from '../../monitoring';

/** The alarms of a baseline: given, made, or left out with a reason. */
export class BaselineAlarms {
  /** Alarms that you have, in the account and region of the bucket. Who is to be notified hears of them too, and nobody twice. */
  public static use(alarms: EncryptionAlarms): BaselineAlarms {
    return new BaselineAlarms({ kind: 'given', given: alarms });
  }

  /** `EncryptionAlarms`. Those that a baseline makes for itself are not shared with others, and cost as much again. */
  public static make(options: EncryptionAlarmsOptions = {}): BaselineAlarms {
    return new BaselineAlarms({ kind: 'made', options });
  }

  /** No alarms: nobody hears of what is done to keys and buckets. The analysis of access, which tells through them, has to be left out too. */
  public static leaveOut(because: string): BaselineAlarms {
    return new BaselineAlarms(leftOut('BaselineAlarms', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<EncryptionAlarms, EncryptionAlarmsOptions>,
  ) {}
}
