import type { Case } from './cases';
import type { Item } from './items';

type Properties = Record<string, unknown>;

const KEY = { 'Fn::GetAtt': ['Key', 'Arn'] };
const HTTP = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [{ 'Fn::GetAtt': ['Data', 'Arn'] }, { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Data', 'Arn'] }, '/*']] }],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const ALLOW = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:role/Reader' }, Action: 's3:GetObject', Resource: '*' };

const template = (Resources: Record<string, object>): Item => ({ Resources: { Topic: { Type: 'AWS::SNS::Topic' }, ...Resources } });
const bucket = (properties: Properties | undefined): Item => template({ Data: { Type: 'AWS::S3::Bucket', Properties: properties } });
const rules = (...ServerSideEncryptionConfiguration: object[]): Item => bucket({ BucketEncryption: { ServerSideEncryptionConfiguration } });
const rule = (SSEAlgorithm: unknown, KMSMasterKeyID?: unknown, more: object = {}): object => ({
  ServerSideEncryptionByDefault: { SSEAlgorithm, ...KMSMasterKeyID === undefined ? {} : { KMSMasterKeyID } },
  BucketKeyEnabled: true,
  BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
  ...more,
});
const policy = (...Statement: object[]): Item => template({ Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Data' }, PolicyDocument: { Statement } } } });
const key = (properties: Properties): Item => template({ Key: { Type: 'AWS::KMS::Key', Properties: properties } });

const good = (says: string, item: Item): Case => ({ says, item, verdict: 'COMPLIANT' });
const bad = (says: string, item: Item): Case => ({ says, item, verdict: 'NON_COMPLIANT' });
const none = (says: string, item: Item): Case => ({ says, item, verdict: 'NOT_APPLICABLE' });
const OTHERS = none('neither buckets nor keys', template({ Data: { Type: 'AWS::SQS::Queue', Properties: { EnableKeyRotation: false } } }));

/** For each file of `src/compliance/template-rules`, what it has to say. */
export const TEMPLATE_CASES: Record<string, readonly Case[]> = {
  'default-key': [
    good('SSE-KMS under a key of the template', rules(rule('aws:kms', KEY))),
    good('DSSE-KMS', rules(rule('aws:kms:dsse', KEY))),
    good('a key by its ARN', rules(rule('aws:kms', 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'))),
    good('no Bucket Key, which another rule looks at', rules(rule('aws:kms', KEY, { BucketKeyEnabled: false }))),
    bad('SSE-S3', rules(rule('AES256'))),
    bad('SSE-S3 that names a key', rules(rule('AES256', KEY))),
    bad('no key', rules(rule('aws:kms'))),
    bad('an alias', rules(rule('aws:kms', 'alias/orders'))),
    bad('the ARN of an alias', rules(rule('aws:kms', 'arn:aws:kms:eu-west-1:111122223333:alias/orders'))),
    bad('no default', rules({ BucketKeyEnabled: true })),
    bad('SSE-S3 in the second rule', rules(rule('aws:kms', KEY), rule('AES256'))),
    bad('no encryption', bucket({ VersioningConfiguration: { Status: 'Enabled' } })),
    bad('no properties', bucket(undefined)),
    bad('one bucket of two', template({ ...rules(rule('aws:kms', KEY)).Resources as object, Other: { Type: 'AWS::S3::Bucket', Properties: {} } })),
    OTHERS,
  ],
  'bucket-key': [
    good('on', rules(rule('aws:kms', KEY))),
    good('DSSE-KMS, which has none', rules(rule('aws:kms:dsse', KEY, { BucketKeyEnabled: false }))),
    good('SSE-S3, which has none', rules(rule('AES256', undefined, { BucketKeyEnabled: undefined }))),
    good('no default, which means SSE-S3', rules({ BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } })),
    bad('off', rules(rule('aws:kms', KEY, { BucketKeyEnabled: false }))),
    bad('left out', rules(rule('aws:kms', KEY, { BucketKeyEnabled: undefined }))),
    bad('off in the second rule', rules(rule('aws:kms', KEY), rule('aws:kms', KEY, { BucketKeyEnabled: false }))),
    none('no encryption, which another rule looks at', bucket({})),
    none('something else with such a property', template({
      Data: { Type: 'Custom::Data', Properties: { BucketEncryption: { ServerSideEncryptionConfiguration: [rule('aws:kms', KEY, { BucketKeyEnabled: false })] } } },
    })),
    OTHERS,
  ],
  'sse-c-blocked': [
    good('blocked', rules(rule('aws:kms', KEY))),
    good('blocked under SSE-S3', rules(rule('AES256'))),
    good('blocked beside another', rules(rule('aws:kms', KEY, { BlockedEncryptionTypes: { EncryptionType: ['OTHER', 'SSE-C'] } }))),
    bad('allowed', rules(rule('aws:kms', KEY, { BlockedEncryptionTypes: { EncryptionType: ['NONE'] } }))),
    bad('left out', rules(rule('aws:kms', KEY, { BlockedEncryptionTypes: undefined }))),
    bad('left out of the second rule', rules(rule('aws:kms', KEY), rule('aws:kms', KEY, { BlockedEncryptionTypes: undefined }))),
    bad('no encryption', bucket({})),
    bad('no properties', bucket(undefined)),
    OTHERS,
  ],
  'tls-only': [
    good('denied', policy(HTTP)),
    good('denied after another statement', policy(ALLOW, HTTP)),
    good('denied to { AWS: * }', policy({ ...HTTP, Principal: { AWS: '*' } })),
    good('every action', policy({ ...HTTP, Action: '*' })),
    good('a boolean', policy({ ...HTTP, Condition: { Bool: { 'aws:SecureTransport': false } } })),
    bad('not denied', policy(ALLOW)),
    bad('allowed', policy({ ...HTTP, Effect: 'Allow' })),
    bad('denied to one', policy({ ...HTTP, Principal: { AWS: 'arn:aws:iam::111122223333:root' } })),
    bad('one action', policy({ ...HTTP, Action: 's3:GetObject' })),
    bad('the objects alone', policy({ ...HTTP, Resource: 'arn:aws:s3:::data/*' })),
    bad('TLS denied', policy({ ...HTTP, Condition: { Bool: { 'aws:SecureTransport': 'true' } } })),
    bad('no condition about transport', policy({ ...HTTP, Condition: { Bool: { 'aws:ViaAWSService': 'false' } } })),
    bad('a further condition', policy({ ...HTTP, Condition: { ...HTTP.Condition, StringEquals: { 'aws:PrincipalAccount': '111122223333' } } })),
    bad('a further key in it', policy({ ...HTTP, Condition: { Bool: { 'aws:SecureTransport': 'false', 'aws:ViaAWSService': 'false' } } })),
    bad('no statement', policy()),
    bad('one policy of two', template({ ...policy(HTTP).Resources as object, ...{ Other: { Type: 'AWS::S3::BucketPolicy', Properties: { PolicyDocument: { Statement: [ALLOW] } } } } })),
    OTHERS,
  ],
  'key-rotation': [
    good('rotated', key({ EnableKeyRotation: true })),
    good('rotated and symmetric', key({ EnableKeyRotation: true, KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS' })),
    ...['EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'].map((Origin) => good(`material of ${Origin}`, key({ Origin }))),
    ...['RSA_2048', 'ECC_NIST_P256', 'HMAC_256', 'SM2', 'ML_DSA_65'].map((KeySpec) => good(`a key of ${KeySpec}`, key({ KeySpec }))),
    bad('left out', key({ Description: 'x' })),
    bad('a kind that only ends like one', key({ KeySpec: 'SYMMETRIC_RSA' })),
    bad('off', key({ EnableKeyRotation: false })),
    bad('off and symmetric', key({ EnableKeyRotation: false, KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS' })),
    OTHERS,
  ],
};
