import { leftOut, type Part } from './part';
import type { EncryptionCompliance, EncryptionComplianceProps } from '../../compliance';

/** The rules of AWS Config of a baseline: given, made, or left out with a reason. */
export class BaselineCompliance {
  /** Rules that you have, in the account and region of the bucket. They watch the bucket and its key too. */
  public static use(compliance: EncryptionCompliance): BaselineCompliance {
    return new BaselineCompliance({ kind: 'given', given: compliance });
  }

  /**
   * `EncryptionCompliance`.
   *
   * @param props `recorder` above all: the account needs one in this region, and a deployment without it fails
   */
  public static make(props: EncryptionComplianceProps = {}): BaselineCompliance {
    return new BaselineCompliance({ kind: 'made', options: props });
  }

  /** No rules: nobody looks whether what was deployed still holds. */
  public static leaveOut(because: string): BaselineCompliance {
    return new BaselineCompliance(leftOut('BaselineCompliance', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<EncryptionCompliance, EncryptionComplianceProps>,
  ) {}
}
