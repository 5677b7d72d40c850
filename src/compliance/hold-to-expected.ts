import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { formsIn } from './approved-in-template';
import { encryptionNow, encryptionOfProperties, isOneOf } from './encryption-in-template';
import type { ExpectedEncryption } from './expected-encryption';
import { flat } from './template-text';
import { SecureBucket } from '../bucket';
import { ValidationError } from '../private/errors';
import { at, canonical, finalState } from '../private/final-state';

/**
 * Holds the template to what was read of it: a bucket that is changed afterwards, by an override or an aspect, would be asked for something
 * else than it has, and set to that.
 */
export function holdToExpected(scope: IConstruct, bucket: s3.IBucket, expected: ExpectedEncryption): void {
  const cfn = bucket.node.defaultChild;
  const read = encryptionNow(bucket);
  if (!(cfn instanceof s3.CfnBucket) || read === undefined) { return; }
  const { bucketEncryption } = cfn;
  scope.node.addValidation({
    validate: () => {
      const { properties } = finalState(cfn);
      const found = encryptionOfProperties(properties);
      const differs = (what: string, was: string, is: string, also = '') => [new ValidationError('WatchedTooEarly',
        `the default encryption of ${bucket.node.path} must be what it was when watch() was called, ${was}, got ${is} in the template: set ${what} by the props of the bucket or by a mixin before watch(), and not by an override or an aspect${also}`, scope).message];
      const [was, is] = [read.algorithm ?? 'AES256', found.algorithm ?? 'AES256'];
      if (was !== is) { return differs('it', was, is); }
      if (read.sseCAllowed !== found.sseCAllowed) {
        const said = (allowed: boolean) => `SSE-C ${allowed ? 'admitted' : 'not admitted'} by BlockedEncryptionTypes`;
        return differs('blockedEncryptionTypes', said(read.sseCAllowed), said(found.sseCAllowed));
      }
      // A bucket of the CDK that forgot it is asked for it either way.
      if (read.bucketKey !== found.bucketKey && (read.bucketKey || bucket instanceof SecureBucket)) {
        return differs('bucketKeyEnabled', `BucketKeyEnabled ${read.bucketKey}`, `${found.bucketKey}`);
      }
      // References are those of the template by now, on both sides.
      const before = at(Stack.of(cfn).resolve(bucketEncryption), 'serverSideEncryptionConfiguration', 0, 'serverSideEncryptionByDefault', 'kmsMasterKeyId');
      const first = formsIn(Stack.of(cfn), expected.keys.slice(0, 1));
      if (expected.keys.length === 0 || canonical(before) === canonical(found.key) || isOneOf(flat(found.key), first)) { return []; }
      return differs('the key', `KMSMasterKeyID ${flat(before)}`, flat(found.key), ', or give that key as the first of approvedKeys');
    },
  });
}
