import { Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { ValidationError } from '../private/errors';
import { keyByArn } from '../private/key-by-arn';
import { identityArns } from '../private/principals';
import { printable } from '../private/tokens';

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
    return new ExpectedAccess(bucket, bucket.bucketArn, checkedAccount(accountId), checkedReason(because), false, `account ${printed(bucket, accountId)}`);
  }

  /**
   * Principals of another account use a key. Access of everybody is not covered.
   *
   * A key known by an alias only is refused with an error: findings name keys.
   *
   * @param accountId 12 digits
   * @param because why they may; stands in a warning of the synthesis
   */
  public static toKey(key: kms.IKey, accountId: string, because: string): ExpectedAccess {
    const known = keyByArn(key, key, 'findings name keys, never aliases');
    return new ExpectedAccess(known, known.keyArn, checkedAccount(accountId), checkedReason(because), false, `account ${printed(key, accountId)}`);
  }

  /**
   * A role or user reaches a bucket from inside: what an analyzer of `internalAccess` finds of everybody that you granted to as well.
   *
   * Needs that analyzer, made here or known by its name; without one it is an error. It covers access from inside alone. Keys are not analyzed
   * for access from inside.
   *
   * The analysis refers to the role. One of another stack that refers to the bucket of this one would make both stacks depend on each other: give
   * such a role a `roleName`, and here `new iam.ArnPrincipal()` of the ARN that follows from it.
   *
   * @param grantee the role or user, or what has a role, such as a function: what you gave to `grantRead`. A pattern, a group, an account, a
   * service, and a principal with conditions are refused with an error
   * @param because why it may; stands in a warning of the synthesis
   * @see https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_InternalAccessDetails.html
   */
  public static internalToBucket(bucket: s3.IBucket, grantee: iam.IGrantable, because: string): ExpectedAccess {
    const [arn] = identityArns(bucket, 'grantee', [grantee.grantPrincipal]);
    if (/[*?]/.test(arn)) {
      throw new ValidationError('PrincipalPattern', `'grantee' must be one IAM role or user, got the pattern '${arn}': name each in an ExpectedAccess of its own`, bucket);
    }
    const who = Construct.isConstruct(grantee) ? grantee.node.path : printable(bucket, arn);
    return new ExpectedAccess(bucket, bucket.bucketArn, arn, checkedReason(because), true, who);
  }

  private constructor(
    /** @internal */
    public readonly _resource: s3.IBucket | kms.IKey,
    /** @internal */
    public readonly _resourceArn: string,
    /**
     * The id of an account, or the ARN of a role or user from inside.
     *
     * @internal
     */
    public readonly _principal: string,
    /** @internal */
    public readonly _because: string,
    /** @internal */
    public readonly _internal: boolean,
    /**
     * The principal as people call it.
     *
     * @internal
     */
    public readonly _who: string,
  ) {}

  /** @internal */
  public get _path(): string { return this._resource.node.path; }
}

function printed(scope: IConstruct, accountId: string): string { return Token.isUnresolved(accountId) ? printable(scope, accountId) : accountId; }

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
