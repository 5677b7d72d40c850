import { readFileSync } from 'fs';
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

function ofType(resources: Resources, type: string): [string, Resources[string]][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}
