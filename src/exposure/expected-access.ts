import { Token } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { ValidationError } from '../private/errors';

/**
 * Access that Access Analyzer finds and that is meant to be, so that its finding is archived and nobody hears of it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-archive-rules.html
 */
export class ExpectedAccess {
  /**
   * Principals of another account reach a bucket. Access of everybody is not covered.
   *
   * @param accountId 12 digits
   * @param because why they may; stands in a warning of the synthesis
   */
  public static toBucket(bucket: s3.IBucket, accountId: string, because: string): ExpectedAccess {
    return new ExpectedAccess(bucket.bucketArn, checkedAccount(accountId), checkedReason(because), bucket.node.path);
  }

  /**
   * Principals of another account use a key. Access of everybody is not covered.
   *
   * @param accountId 12 digits
   * @param because why they may; stands in a warning of the synthesis
   */
  public static toKey(key: kms.IKey, accountId: string, because: string): ExpectedAccess {
    return new ExpectedAccess(key.keyArn, checkedAccount(accountId), checkedReason(because), key.node.path);
  }

  private constructor(
    /** @internal */
    public readonly _resourceArn: string,
    /** @internal */
    public readonly _accountId: string,
    /** @internal */
    public readonly _because: string,
    /** @internal */
    public readonly _path: string,
  ) {}
}

function checkedAccount(accountId: string): string {
  if (!Token.isUnresolved(accountId) && !/^\d{12}$/.test(accountId)) {
    throw new ValidationError('AccountInvalid', `'accountId' must be the id of an account, 12 digits, got '${accountId}'`);
  }
  return accountId;
}

function checkedReason(because: string): string {
  if (because.trim() === '') { throw new ValidationError('ReasonMissing', '\'because\' must say why the access is expected, got an empty text'); }
  return because;
}
