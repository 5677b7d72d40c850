import type * as logs from 'aws-cdk-lib/aws-logs';
import { leftOut, type Part } from './part';
import type { EncryptionAuditTrail, EncryptionAuditTrailProps } from '../../audit';

/** What a trail that is there is known by. */
export type GivenTrail =
  | { readonly trail: EncryptionAuditTrail }
  | { readonly logGroup: logs.ILogGroup };

/** The audit trail of a baseline: given, made, or left out with a reason. */
export class BaselineAuditTrail {
  /** A trail of this app. It records the data events of the bucket too. */
  public static use(trail: EncryptionAuditTrail): BaselineAuditTrail {
    return new BaselineAuditTrail({ kind: 'given', given: { trail } });
  }

  /**
   * A trail that was made otherwise, such as the one of the organization, by the log group that it writes to.
   *
   * It has to record management events, those of KMS among them, and the data events of the bucket: nobody can see here whether
   * it does, and a warning says what to look at.
   */
  public static useLogGroup(logGroup: logs.ILogGroup): BaselineAuditTrail {
    return new BaselineAuditTrail({ kind: 'given', given: { logGroup } });
  }

  /** An `EncryptionAuditTrail`, of all regions. An account needs one. */
  public static make(props: EncryptionAuditTrailProps = {}): BaselineAuditTrail {
    return new BaselineAuditTrail({ kind: 'made', options: props });
  }

  /**
   * No trail is made or used here, because there is one of which this app has no log group, say.
   *
   * Alarms hear of calls only while some trail of the account logs them, and what has to be counted is not.
   */
  public static leaveOut(because: string): BaselineAuditTrail {
    return new BaselineAuditTrail(leftOut('BaselineAuditTrail', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<GivenTrail, EncryptionAuditTrailProps>,
  ) {}
}
