import type * as s3 from 'aws-cdk-lib/aws-s3';

/** Properties of `EncryptionHook`. */
export interface EncryptionHookProps {
  /**
   * Lets deployments go on that break a rule, which CloudFormation then only notes in their events, and says why. It warns.
   *
   * @default - a deployment that breaks a rule is stopped
   */
  readonly warnOnlyBecause?: string;

  /**
   * The name of the hook in the account: three parts of 2 to 64 letters and digits, between them `::`, the last of at most 58. That of
   * the hook for whole templates is the same with `Stacks` at its end.
   *
   * @default 'CdkS3Encryption::Rules::Hook'
   */
  readonly alias?: string;

  /**
   * Names of stacks that are not looked at, such as those of others that make buckets under SSE-S3 on purpose, or `CDKToolkit`: the bucket
   * that `cdk bootstrap` makes does not block SSE-C, so its next update would be stopped.
   *
   * @default - every stack of the account in this region
   */
  readonly excludedStackNames?: string[];

  /**
   * Where CloudFormation keeps the whole reports of its evaluations. The hook may write there.
   *
   * @default - reports are short, in the events of the stack
   */
  readonly logBucket?: s3.IBucket;
}
