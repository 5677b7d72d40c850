import { Annotations, Token } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { defaultOf, holdToDefault } from './default-of-bucket';
import type { ObjectEncryptionReportProps } from './object-encryption-report-props';
import type { Expected, RowsOfSource } from './statements';
import { ValidationError } from '../private/errors';
import { keyBehind } from '../private/key-by-arn';

/** What objects of the bucket should be, as far as the app says so. */
export function expectedOf(scope: Construct, props: ObjectEncryptionReportProps, rows: RowsOfSource): Expected {
  const { bucket, expectedKeys, bucketKeyExpected, _kmsExpected } = props;
  const fail = (code: string, message: string) => new ValidationError(code, message, scope);
  if (expectedKeys !== undefined && !rows.knowsKeys) {
    throw fail('KeysUnknown', "'expectedKeys' must be left out with ObjectSource.inventory(), which does not know under which key an object is: use ObjectSource.metadataTables() to find objects under another key");
  }
  if (expectedKeys?.length === 0) {
    throw fail('NoKeys', "'expectedKeys' must name at least one key, got an empty list: leave it out to expect the key of the bucket");
  }
  const keys = expectedKeys ?? keysOf(bucket, rows);
  for (const key of keys) { assertArn(scope, key); }
  const byDefault = defaultOf(bucket);
  holdToDefault(scope, bucket);
  const underKms = _kmsExpected === true || keys.length > 0 || bucket.encryptionKey !== undefined || byDefault?.algorithm?.startsWith('aws:kms') === true;
  const willBeUnderKms = _kmsExpected === true && byDefault?.algorithm?.startsWith('aws:kms') !== true;
  if (bucketKeyExpected === true && !underKms && byDefault !== undefined) {
    throw fail('NoBucketKeyThere', "'bucketKeyExpected' must not be true for a bucket under SSE-S3, which has no Bucket Key: leave it out");
  }
  if (keys.length === 0 && rows.knowsKeys && (underKms || byDefault === undefined)) {
    Annotations.of(scope).addWarningV2('cdk-s3-encryption:ObjectEncryptionReport.keyUnknown',
      `the key of ${bucket.node.path} is not known here, so objects under any key are taken for good${underKms ? '' : ', and objects under SSE-S3 too'}: pass 'expectedKeys', or acknowledge this`);
  }
  const bucketKey = bucketKeyExpected ?? (willBeUnderKms ? true : byDefault?.bucketKey ?? underKms);
  return { keyArns: keys.map(({ keyArn }) => keyArn), kms: underKms, bucketKey };
}

/** Objects carry the ARN of a key, also where the bucket names an alias of it. */
function keysOf({ encryptionKey: key }: s3.IBucket, { knowsKeys }: RowsOfSource): kms.IKey[] {
  if (key === undefined) { return []; }
  const known = keyBehind(key);
  // Of an alias that is imported by its name nobody knows the key; where keys are not compared, nobody has to.
  return 'aliasName' in known && !knowsKeys ? [] : [known];
}

function assertArn(scope: Construct, key: kms.IKey): void {
  if ('aliasName' in key || !Token.isUnresolved(key.keyArn) && !/^arn:[^:]+:kms:[^:]+:[^:]+:key\/.+/.test(key.keyArn)) {
    throw new ValidationError('KeyArnMalformed', `'expectedKeys' takes keys with a full ARN, got ${'aliasName' in key ? `the alias ${String(key.aliasName)}` : key.keyArn}: objects carry arn:<partition>:kms:<region>:<account>:key/<id>`, scope);
  }
}
