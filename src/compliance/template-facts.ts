import { readFileSync } from 'fs';
import { coversBucket, deniesCustomerKeys, deniesPlainHttp, policiesFor, statementsFor, statementsOf } from './template-policies';
import { branchesOf, flat } from './template-text';
import { at } from '../private/final-state';

/** Resources of a template that was synthesized. */
export type Resources = Readonly<Record<string, { readonly Type: string; readonly Condition?: string; readonly Properties?: unknown }>>;

export function readTemplate(path: string): Resources {
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly Resources?: Resources }).Resources ?? {};
}

/** Buckets that take the access logs of another one: S3 delivers none under a KMS key. One that logs to itself holds data too. */
export function logTargets(resources: Resources): string[] {
  const buckets = ofType(resources, 'AWS::S3::Bucket');
  const isFor = (target: unknown, [id, { Properties }]: [string, Resources[string]]) =>
    target !== undefined && [{ Ref: id }, at(Properties, 'BucketName')].some((name) => name !== undefined && flat(name) === flat(target));
  return buckets.filter((bucket) => buckets.some(([id, { Properties }]) =>
    id !== bucket[0] && isFor(at(Properties, 'LoggingConfiguration', 'DestinationBucketName'), bucket))).map(([id]) => id);
}

/** Guard cannot ask which bucket a policy belongs to. */
export function bucketsWithoutPolicy(resources: Resources): string[] {
  return ofType(resources, 'AWS::S3::Bucket').filter(([id]) => policiesFor(resources, id).length === 0).map(([id]) => id);
}

/** A key that is left out, on some condition or always: what is left is the AWS managed key. */
export function bucketsWithoutKey(resources: Resources): string[] {
  return keysOfBuckets(resources).filter(([, key]) => at(key, 'Ref') === 'AWS::NoValue').map(([id]) => id);
}

/** An alias as the CDK writes it is put together of parts, which Guard does not see through. */
export function bucketsUnderAlias(resources: Resources): string[] {
  const isAlias = (key: string) => /(^|:)alias\//.test(key) || [...key.matchAll(/\$\{(\w+)/g)].some(([, id]) => resources[id]?.Type === 'AWS::KMS::Alias');
  return keysOfBuckets(resources).filter(([, key]) => isAlias(flat(key))).map(([id]) => id);
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

/** The buckets of a template and the keys that they name, on whatever condition. */
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
  return (Array.isArray(rules) ? rules : []).map((rule) => at(rule, 'ServerSideEncryptionByDefault', 'KMSMasterKeyID'))
    .filter((key) => key !== undefined).flatMap(branchesOf);
}

function ofType(resources: Resources, type: string): [string, Resources[string]][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}
