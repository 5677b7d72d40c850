import { DefaultTokenResolver, type IFragmentConcatenator, type IPostProcessor, type IResolvable, type IResolveContext, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { at } from '../private/final-state';

export const KMS = ['aws:kms', 'aws:kms:dsse'];

/** What one rule of default encryption says, of what rules and automations ask for. */
export interface EncryptionInTemplate {
  /** Undefined where it is not said, which is SSE-S3. */
  readonly algorithm?: string;
  /** Undefined for aws/s3 too. */
  readonly key?: unknown;
  readonly bucketKey: boolean;
  readonly sseCAllowed: boolean;
}

/** What the L1 of a bucket says by now. Undefined for a bucket that is not of this app. */
export function encryptionNow(bucket: s3.IBucket): EncryptionInTemplate | undefined {
  const cfn = bucket.node.defaultChild;
  if (!(cfn instanceof s3.CfnBucket)) { return undefined; }
  const rule = at(termOf(cfn, cfn.bucketEncryption), 'serverSideEncryptionConfiguration', 0);
  const byDefault = at(rule, 'serverSideEncryptionByDefault');
  return read(at(byDefault, 'sseAlgorithm'), at(byDefault, 'kmsMasterKeyId'), at(rule, 'bucketKeyEnabled'), at(rule, 'blockedEncryptionTypes', 'encryptionType', 0));
}

/** The key that the L1 of a bucket names by now, for people. */
export function keyNow({ node: { defaultChild: cfn } }: s3.IBucket): unknown {
  const resolved: unknown = cfn instanceof s3.CfnBucket ? Stack.of(cfn).resolve(cfn.bucketEncryption) : undefined;
  return at(resolved, 'serverSideEncryptionConfiguration', 0, 'serverSideEncryptionByDefault', 'kmsMasterKeyId');
}

/** The same of a resource as it stands in the template. */
export function encryptionOfProperties(properties: unknown): EncryptionInTemplate {
  const rule = at(properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0);
  const byDefault = at(rule, 'ServerSideEncryptionByDefault');
  return read(at(byDefault, 'SSEAlgorithm'), at(byDefault, 'KMSMasterKeyID'), at(rule, 'BucketKeyEnabled'), at(rule, 'BlockedEncryptionTypes', 'EncryptionType', 0));
}

function read(algorithm: unknown, key: unknown, bucketKey: unknown, blocked: unknown): EncryptionInTemplate {
  return {
    algorithm: typeof algorithm === 'string' ? algorithm : undefined,
    key,
    bucketKey: bucketKey === true,
    sseCAllowed: blocked === s3.BlockedEncryptionType.NONE.name,
  };
}

export function isKms(algorithm: string | undefined): boolean { return algorithm !== undefined && KMS.includes(algorithm); }

/** Whether what a bucket names, as `termOf()` has it, is one of the keys: by its ARN, or by its id. */
export function namesOne(bucket: s3.IBucket, named: unknown, keys: readonly kms.IKey[]): boolean {
  const forms = keys.flatMap(({ keyArn, keyId }) => [keyArn, keyId]).map((form) => textOf(termOf(bucket, form)));
  return named !== undefined && isOneOf(textOf(named), forms);
}

/** Whether a text is one of the ARNs and ids, or an ARN that somebody put together around an id. */
export function isOneOf(text: string, forms: readonly string[]): boolean {
  return forms.some((form) => text === form || text.endsWith(`:key/${form}`));
}

/**
 * A value with what it refers to in place of logical ids: until an app is synthesized a reference into another stack resolves to a logical
 * id alone, and that of a key there may well be that of another key here.
 */
export function termOf(scope: IConstruct, value: unknown): unknown {
  return Tokenization.resolve(value, { scope, resolver: new Referents(AS_TEXT), preparing: false });
}

const AS_TEXT: IFragmentConcatenator = {
  join: (left: unknown, right: unknown) => [left, right].filter((part) => part !== undefined).map(textOf).join(''),
};

function textOf(value: unknown): string { return typeof value === 'string' ? value : JSON.stringify(value); }

class Referents extends DefaultTokenResolver {
  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (!Reference.isReference(token)) { return super.resolveToken(token, context, postProcessor); }
    return `{${token.displayName.startsWith('AWS::') ? '' : token.target.node.addr}.${token.displayName}}`;
  }
}
