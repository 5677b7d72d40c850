import type * as s3 from 'aws-cdk-lib/aws-s3';

const KEYLESS = new WeakSet<s3.IBucket>();

/** Takes note that somebody said, with a reason, that an imported bucket has no key of KMS: nobody has to ask for it again. */
export function noteKeyless(bucket: s3.IBucket): void { KEYLESS.add(bucket); }

/** Whether somebody said that the bucket has no key. */
export function isKeyless(bucket: s3.IBucket): boolean { return KEYLESS.has(bucket); }
