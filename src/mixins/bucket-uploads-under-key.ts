import { Mixin, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { promiseSetting, rulesOf } from './bucket-of';
import { promise } from './bucket-policies';
import { ImportedBuckets } from './imported-buckets';
import { keyArnOf } from './key-arn-of';
import { type Algorithm, uploadStatements } from '../bucket';
import { ValidationError } from '../private/errors';
import { at } from '../private/final-state';

/**
 * Uploads end up under the key of the bucket, or not in the bucket: its policy refuses those under another key, under the AWS managed key,
 * and with another algorithm, as that of a `SecureBucket`. An upload without any header passes.
 *
 * Needs a default encryption under a KMS key that the template names; apply `BucketDefaultKey` first where there is none.
 * Synthesis fails if the default encryption of the final template has another key or algorithm than the policy. A key of this app that
 * is named by its id or by an alias has its ARN in the policy; any other id or alias is refused with an error.
 *
 * Services that upload under SSE-S3 by themselves are refused: find them before, for example by the saved question `other-key-uploads`.
 *
 * Refuses an imported bucket with an error where it is applied to it, and leaves out those that it meets in a tree.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * @example
 * new s3.Bucket(this, 'Data', { encryptionKey: new RotatingS3Key(this, 'Key') }).with(new mixins.BucketUploadsUnderKey());
 */
export class BucketUploadsUnderKey extends Mixin {
  private readonly imported = new ImportedBuckets();

  public supports(construct: IConstruct): boolean { return this.imported.supports(construct); }

  public applyTo(construct: IConstruct): void {
    this.imported.refuse(construct, 'BucketUploadsUnderKey');
    if (!s3.CfnBucket.isCfnBucket(construct)) { return; }
    const byDefault = rulesOf(construct)[0]?.serverSideEncryptionByDefault;
    const algorithm: unknown = Stack.of(construct).resolve(at(byDefault, 'sseAlgorithm'));
    const key = at(byDefault, 'kmsMasterKeyId');
    if ((algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') || typeof key !== 'string') {
      throw new ValidationError('NoKey', `BucketUploadsUnderKey needs a default encryption under a KMS key that the template names, got ${JSON.stringify(Stack.of(construct).resolve(byDefault))}: apply BucketDefaultKey first, or give the bucket an encryptionKey`, construct);
    }
    const setting = ['BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'ServerSideEncryptionByDefault'];
    promiseSetting(construct, 'BucketUploadsUnderKey', setting, { SSEAlgorithm: algorithm, KMSMasterKeyID: key },
      'the policy refuses uploads that name the key of the bucket, so apply BucketUploadsUnderKey after what changed it');
    promise(construct, 'BucketUploadsUnderKey', uploadStatements(construct.attrArn, algorithm as Algorithm, keyArnOf(construct, key)));
  }
}
