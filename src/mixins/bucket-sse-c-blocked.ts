import { Mixin } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { promiseSetting, rulesOf } from './bucket-of';
import { promise } from './bucket-policies';
import { ImportedBuckets } from './imported-buckets';
import { customerKeyStatement } from '../bucket';

const SSE_C = { encryptionType: [s3.BlockedEncryptionType.SSE_C.name] };

/**
 * Nobody uploads to the bucket under a key that only the client has (SSE-C): blocked by its default encryption, and denied by its
 * policy, since whoever may change the one need not be able to change the other.
 *
 * The default encryption stays as it is otherwise. Objects that are under such keys already stay readable.
 *
 * Refuses an imported bucket with an error where it is applied to it, and leaves out those that it meets in a tree.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_BlockedEncryptionTypes.html
 * @example
 * new s3.Bucket(this, 'Data').with(new mixins.BucketSseCBlocked());
 */
export class BucketSseCBlocked extends Mixin {
  private readonly imported = new ImportedBuckets();

  public supports(construct: IConstruct): boolean { return this.imported.supports(construct); }

  public applyTo(construct: IConstruct): void {
    this.imported.refuse(construct, 'BucketSseCBlocked');
    if (!s3.CfnBucket.isCfnBucket(construct)) { return; }
    const [rule] = rulesOf(construct);
    construct.bucketEncryption = { serverSideEncryptionConfiguration: [{ ...rule, blockedEncryptionTypes: SSE_C }] };
    promiseSetting(construct, 'BucketSseCBlocked', ['BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'BlockedEncryptionTypes'], { EncryptionType: SSE_C.encryptionType });
    promise(construct, 'BucketSseCBlocked', [customerKeyStatement(construct.attrArn)]);
  }
}
