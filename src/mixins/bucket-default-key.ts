import { Mixin, Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { BucketDefaultKeyProps } from './bucket-default-key-props';
import { ownerOf, promiseSetting, rulesOf } from './bucket-of';
import { ImportedBuckets } from './imported-buckets';
import { assertUsableKey } from '../bucket';
import { ValidationError } from '../private/errors';
import { at } from '../private/final-state';
import { referentOf } from '../private/tokens';

/**
 * What is uploaded without a word about encryption ends up under this key, with the S3 Bucket Key on. A bucket under DSSE-KMS stays under
 * DSSE-KMS, which has no Bucket Key.
 *
 * Objects that are in the bucket already stay as they are. Apply it before you grant: a grant that was made while the bucket had no key
 * has no permission of KMS. An `s3.Bucket` that has another key already is refused with an error, since its grants are about that one.
 *
 * Costs KMS requests, of which the Bucket Key saves up to 99 percent.
 *
 * Refuses an imported bucket with an error where it is applied to it, and leaves out those that it meets in a tree.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
 * @example
 * const data = new s3.Bucket(this, 'Data');
 * data.with(new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(this, 'Key') }));
 * data.grantRead(reader); // both permissions
 */
export class BucketDefaultKey extends Mixin {
  private readonly imported = new ImportedBuckets();

  constructor(private readonly props: BucketDefaultKeyProps) { super(); }

  public supports(construct: IConstruct): boolean { return this.imported.supports(construct); }

  public applyTo(construct: IConstruct): void {
    this.imported.refuse(construct, 'BucketDefaultKey');
    if (!s3.CfnBucket.isCfnBucket(construct)) { return; }
    const { encryptionKey: key } = this.props;
    assertUsableKey(construct, Stack.of(construct).region, 'encryptionKey', key);
    const [rule] = rulesOf(construct);
    const dsse = this.isDsse(construct, rule?.serverSideEncryptionByDefault);
    this.tellOwner(construct, key);
    const algorithm = dsse ? 'aws:kms:dsse' : 'aws:kms';
    construct.bucketEncryption = {
      serverSideEncryptionConfiguration: [{
        ...rule,
        serverSideEncryptionByDefault: { sseAlgorithm: algorithm, kmsMasterKeyId: key.keyArn },
        bucketKeyEnabled: dsse ? undefined : true,
      }],
    };
    const path = ['BucketEncryption', 'ServerSideEncryptionConfiguration', 0];
    promiseSetting(construct, 'BucketDefaultKey', [...path, 'ServerSideEncryptionByDefault'], { SSEAlgorithm: algorithm, KMSMasterKeyID: key.keyArn });
    promiseSetting(construct, 'BucketDefaultKey', [...path, 'BucketKeyEnabled'], dsse ? undefined : true);
  }

  /** Two layers stay two layers, unless somebody asks for one, who is told. */
  private isDsse(resource: s3.CfnBucket, byDefault: unknown): boolean {
    const has = Stack.of(resource).resolve(at(byDefault, 'sseAlgorithm')) === 'aws:kms:dsse';
    if (has && this.props.dsse === false) {
      throw new ValidationError('DsseDowngrade', "'dsse' must be true or left out for a bucket whose default encryption is DSSE-KMS (aws:kms:dsse), got false: leave it out to keep both layers, or give the bucket itself encryption: s3.BucketEncryption.KMS if one is meant", resource);
    }
    return this.props.dsse ?? has;
  }

  /** Grants of an s3.Bucket are about its `encryptionKey`. */
  private tellOwner(resource: s3.CfnBucket, key: kms.IKey): void {
    const owner = ownerOf(resource);
    if (owner === undefined) { return; }
    if (owner.encryptionKey === undefined) {
      Object.defineProperty(owner, 'encryptionKey', { value: key, enumerable: true, configurable: true });
    } else if (referentOf(resource, owner.encryptionKey.keyArn) !== referentOf(resource, key.keyArn)) {
      throw new ValidationError('OtherKey', `'encryptionKey' must be the key of the bucket, ${owner.encryptionKey.node.path}, got ${key.node.path}: give the new key to the bucket itself, so that its grants are about it`, resource);
    }
  }
}
