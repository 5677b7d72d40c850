import type * as kms from 'aws-cdk-lib/aws-kms';
import { leftOut, type Part } from './part';
import type { RotatingS3KeyProps } from '../../key';

/** The key of a baseline: given, made, or left out with a reason. */
export class BaselineKey {
  /**
   * A key that you have, of the account and region of the bucket. One of another account or region is refused with an error.
   *
   * The policy of an imported one is not changed: it is taken to leave permissions to IAM, as keys do by default.
   */
  public static use(key: kms.IKey): BaselineKey {
    return new BaselineKey({ kind: 'given', given: key });
  }

  /** A `RotatingS3Key`, retained. Costs 1 USD a month, 2 and then 3 USD after its first two rotations. */
  public static make(props: RotatingS3KeyProps = {}): BaselineKey {
    return new BaselineKey({ kind: 'made', options: props });
  }

  /**
   * No key: the bucket is under SSE-S3, and whoever may read an object needs no second permission.
   *
   * Nothing is then re-encrypted, and nobody watches a key.
   */
  public static leaveOut(because: string): BaselineKey {
    return new BaselineKey(leftOut('BaselineKey', because));
  }

  private constructor(
    /** @internal */
    public readonly _part: Part<kms.IKey, RotatingS3KeyProps>,
  ) {}
}
