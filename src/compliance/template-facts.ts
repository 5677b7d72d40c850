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

/** An alias as the CDK writes it is put together of parts, which Guard does not see through. */
export function bucketsUnderAlias(resources: Resources): string[] {
  return ofType(resources, 'AWS::S3::Bucket').filter(([, { Properties }]) => {
    const key = at(Properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'ServerSideEncryptionByDefault', 'KMSMasterKeyID');
    const ref = at(key, 'Ref');
    return /(^|:)alias\//.test(flat(key)) || (typeof ref === 'string' && resources[ref]?.Type === 'AWS::KMS::Alias');
  }).map(([id]) => id);
}

/** Policies whose statement against plain HTTP is not about the bucket and all of its objects. */
export function policiesOfParts(resources: Resources): string[] {
  return ofType(resources, 'AWS::S3::BucketPolicy').filter(([, { Properties }]) => {
    const statements = at(Properties, 'PolicyDocument', 'Statement');
    return !(Array.isArray(statements) ? statements : [statements]).some((statement) => {
      const value = at(statement, 'Resource');
      const arns = (Array.isArray(value) ? value : [value]).map(flat);
      const denies = at(statement, 'Effect') === 'Deny' && String(at(statement, 'Condition', 'Bool', 'aws:SecureTransport')) === 'false';
      return denies && arns.some((arn) => !arn.includes('/') && arns.includes(`${arn}/*`));
    });
  }).map(([id]) => id);
}

/** A value of a template as text, in which the same reference is the same text. */
function flat(value: unknown): string {
  if (typeof value === 'string') { return value; }
  const [[name, argument] = ['', undefined]] = Object.entries((value ?? {}) as Record<string, unknown>);
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown];
    return Array.isArray(parts) ? parts.map(flat).join(separator) : JSON.stringify(value);
  }
  return name === 'Fn::Sub' && typeof argument === 'string' ? argument : `<${JSON.stringify(value)?.replaceAll('/', '|')}>`;
}

function ofType(resources: Resources, type: string): [string, Resources[string]][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}
