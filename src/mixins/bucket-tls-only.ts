import { Mixin } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { promise } from './bucket-policies';
import { ImportedBuckets } from './imported-buckets';
import { MINIMUM_TLS, transportStatements } from '../bucket';

/**
 * The bucket policy denies plain HTTP to everybody, and TLS older than 1.2 to everybody but AWS services, as that of a `SecureBucket`.
 *
 * Adds two statements to the policy of the bucket, which is made where there is none. A policy that you make is found if it is there
 * before the mixin; a second one of the bucket is refused at synthesis. Clients that speak plain HTTP, website endpoints among them, are
 * refused.
 *
 * Refuses an imported bucket with an error where it is applied to it, and leaves out those that it meets in a tree.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-5
 * @example
 * new s3.Bucket(this, 'Data').with(new mixins.BucketTlsOnly());
 */
export class BucketTlsOnly extends Mixin {
  private readonly imported = new ImportedBuckets();

  public supports(construct: IConstruct): boolean { return this.imported.supports(construct); }

  public applyTo(construct: IConstruct): void {
    this.imported.refuse(construct, 'BucketTlsOnly');
    if (!s3.CfnBucket.isCfnBucket(construct)) { return; }
    promise(construct, 'BucketTlsOnly', transportStatements(construct.attrArn, MINIMUM_TLS));
  }
}
