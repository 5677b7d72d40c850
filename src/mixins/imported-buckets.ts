import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../private/errors';

/**
 * Tells a mixin that is applied to an imported bucket, where it would do nothing, from one that meets it in a tree.
 *
 * The CDK asks a mixin about each construct of a tree, parents first, and does not say which tree it walks. A construct whose parent
 * was not asked about in the same walk is therefore the one that the mixin is applied to; one that is asked about again begins a walk.
 */
export class ImportedBuckets {
  private walk = new WeakSet<IConstruct>();

  /** What `supports()` of a mixin answers: an L1, and an imported bucket that is meant itself. */
  public supports(construct: IConstruct): boolean {
    const { scope } = construct.node;
    const begins = scope === undefined || !this.walk.has(scope) || this.walk.has(construct);
    if (begins) { this.walk = new WeakSet(); }
    this.walk.add(construct);
    return s3.CfnBucket.isCfnBucket(construct) || (begins && isImported(construct));
  }

  /** Refuses an imported bucket. */
  public refuse(construct: IConstruct, mixin: string): void {
    if (!isImported(construct)) { return; }
    throw new ValidationError('ImportedBucket', `${mixin} must be applied to a bucket that is made in this app, got the imported ${construct.node.path}, of which this app has no template: apply it where the bucket is made, or to the s3.CfnBucket itself`, construct);
  }
}

/** A bucket without a resource: fromBucketName and the like, and fromCfnBucket, whose resource is above it. */
function isImported(construct: IConstruct): boolean {
  return construct instanceof s3.BucketBase && !construct.node.findAll().some((one) => s3.CfnBucket.isCfnBucket(one));
}
