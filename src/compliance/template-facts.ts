import { readFileSync } from 'fs';
import { coversBucket, deniesCustomerKeys, deniesPlainHttp, flat, statementsFor, statementsOf } from './template-policies';
import { at } from '../private/final-state';

/** Resources of a template that was synthesized. */
export type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;

export function readTemplate(path: string): Resources {
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly Resources?: Resources }).Resources ?? {};
}

/** Buckets that take the access logs of another one: S3 delivers none under a KMS key. */
export function logTargets(resources: Resources): string[] {
  return ofType(resources, 'AWS::S3::Bucket')
    .map(([, { Properties }]) => at(Properties, 'LoggingConfiguration', 'DestinationBucketName', 'Ref'))
    .filter((target): target is string => typeof target === 'string');
}

/** Guard cannot ask which bucket a policy belongs to. A policy of another stack would have to name the bucket. */
export function bucketsWithoutPolicy(resources: Resources): string[] {
  const covered = new Set(ofType(resources, 'AWS::S3::BucketPolicy').map(([, { Properties }]) => {
    const bucket = at(Properties, 'Bucket');
    return typeof bucket === 'string' ? bucket : at(bucket, 'Ref');
  }));
  return ofType(resources, 'AWS::S3::Bucket')
    .filter(([id, { Properties }]) => !covered.has(id) && !covered.has(at(Properties, 'BucketName') ?? id))
    .map(([id]) => id);
}

/** An alias as the CDK writes it is put together of parts, which Guard does not see through. */
export function bucketsUnderAlias(resources: Resources): string[] {
  return ofType(resources, 'AWS::S3::Bucket').filter(([, { Properties }]) => {
    return keysOf(Properties).some((key) => {
      const ref = at(key, 'Ref');
      return /(^|:)alias\//.test(flat(key)) || (typeof ref === 'string' && resources[ref]?.Type === 'AWS::KMS::Alias');
    });
  }).map(([id]) => id);
}

/** Policies whose statement against plain HTTP is not about the bucket and all of its objects. */
export function policiesOfParts(resources: Resources): string[] {
  return ofType(resources, 'AWS::S3::BucketPolicy')
    .filter(([, { Properties }]) => !statementsOf(Properties).some((statement) => deniesPlainHttp(statement) && coversBucket(statement)))
    .map(([id]) => id);
}

/** Buckets whose policy denies SSE-C, which is as good as the block of the bucket. */
export function bucketsThatDenyCustomerKeys(resources: Resources): string[] {
  return ofType(resources, 'AWS::S3::Bucket').filter(([id]) => statementsFor(resources, id).some(deniesCustomerKeys)).map(([id]) => id);
}

/** The buckets of a template and the keys that they name. */
export function keysOfBuckets(resources: Resources): [string, unknown][] {
  return ofType(resources, 'AWS::S3::Bucket').flatMap(([id, { Properties }]) => keysOf(Properties).map((key): [string, unknown] => [id, key]));
}

/** Keys that are rotated, and how often: what the template says, or a year where it says nothing. */
export function rotationPeriods(resources: Resources): [string, unknown][] {
  return ofType(resources, 'AWS::KMS::Key').filter(([, { Properties }]) => String(at(Properties, 'EnableKeyRotation')) === 'true')
    .map(([id, { Properties }]) => [id, at(Properties, 'RotationPeriodInDays')]);
}

function keysOf(properties: unknown): unknown[] {
  const rules = at(properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration');
  return (Array.isArray(rules) ? rules : []).map((rule) => at(rule, 'ServerSideEncryptionByDefault', 'KMSMasterKeyID')).filter((key) => key !== undefined);
}

function ofType(resources: Resources, type: string): [string, Resources[string]][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}
