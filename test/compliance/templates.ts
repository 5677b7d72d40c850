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
const tagged = (item: Item, ...Tags: object[]): Item => {
  const { Data } = item.Resources as { Data: { Properties: object } };
  return template({ Data: { ...Data, Properties: { ...Data.Properties, Tags } } });
};
const BECAUSE = { Key: 'cdk-s3-encryption:sse-s3-because', Value: 'access logs' };
/** Buckets by their ids, with a name or without, and policies by what they name. */
const policed = (buckets: Record<string, string | undefined>, ...policies: unknown[]): Item => template({
  ...Object.fromEntries(Object.entries(buckets).map(([id, BucketName]) => [id, { Type: 'AWS::S3::Bucket', Properties: BucketName === undefined ? {} : { BucketName }, Metadata: { 'aws:cdk:path': id } }])),
  ...Object.fromEntries(policies.map((Bucket, index) => [`Policy${index}`, { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket, PolicyDocument: { Statement: [HTTP] } } }])),
});

/** The same with conditions on some of its resources. */
const under = (conditions: Record<string, string>, item: Item): Item => ({
  Resources: Object.fromEntries(Object.entries(item.Resources as Record<string, object>).map(([id, resource]) => (
    [id, id in conditions ? { ...resource, Condition: conditions[id] } : resource]))),
});

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
    good('a tag of another kind', tagged(rules(rule('aws:kms', KEY)), { Key: 'team', Value: 'orders' })),
    none('SSE-S3 on purpose', tagged(rules(rule('AES256')), { Key: 'team', Value: 'orders' }, BECAUSE)),
    none('no encryption, which means SSE-S3, on purpose', tagged(bucket({}), BECAUSE)),
    bad('SSE-S3 with another tag', tagged(rules(rule('AES256')), { Key: 'team', Value: 'orders' })),
    bad('SSE-S3 on purpose without a reason', tagged(rules(rule('AES256')), { ...BECAUSE, Value: '' })),
    bad('SSE-S3 on purpose with a reason of blanks', tagged(rules(rule('AES256')), { ...BECAUSE, Value: '  ' })),
    bad('a reason for SSE-S3, and an alias', tagged(rules(rule('aws:kms', 'alias/orders')), BECAUSE)),
    bad('a reason for SSE-S3, and an alias in the second rule', tagged(rules(rule('AES256'), rule('aws:kms', 'alias/orders')), BECAUSE)),
    none('something else under SSE-S3', template({ Data: { Type: 'Custom::Data', Properties: { BucketEncryption: { ServerSideEncryptionConfiguration: [rule('AES256')] } } } })),
    bad('one bucket of two', template({ ...rules(rule('aws:kms', KEY)).Resources as object, Other: { Type: 'AWS::S3::Bucket', Properties: {} } })),
    OTHERS,
  ],
  'bucket-key': [
    good('on', rules(rule('aws:kms', KEY))),
    good('on, as text', rules(rule('aws:kms', KEY, { BucketKeyEnabled: 'true' }))),
    bad('off, as text', rules(rule('aws:kms', KEY, { BucketKeyEnabled: 'false' }))),
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
    good('blocked by the second rule alone', rules(rule('aws:kms', KEY, { BlockedEncryptionTypes: undefined }), rule('aws:kms', KEY))),
    bad('one bucket of two', template({ ...rules(rule('aws:kms', KEY)).Resources as object, Other: { Type: 'AWS::S3::Bucket', Properties: {} } })),
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
    good('a list of a boolean', policy({ ...HTTP, Condition: { Bool: { 'aws:SecureTransport': [false] } } })),
    good('every action among others', policy({ ...HTTP, Action: ['s3:GetObject', 's3:*'] })),
    good('denied to { AWS: [*] }', policy({ ...HTTP, Principal: { AWS: ['*'] } })),
    good('every resource', policy({ ...HTTP, Resource: '*' })),
    good('everything denied', policy({ ...HTTP, Condition: undefined })),
    good('everything denied by an empty condition', policy({ ...HTTP, Condition: {} })),
    good('a statement that is no list', template({ Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Data' }, PolicyDocument: { Statement: HTTP } } } })),
    bad('not denied', policy(ALLOW)),
    bad('allowed', policy({ ...HTTP, Effect: 'Allow' })),
    bad('denied to one', policy({ ...HTTP, Principal: { AWS: 'arn:aws:iam::111122223333:root' } })),
    bad('one action', policy({ ...HTTP, Action: 's3:GetObject' })),
    good('every resource in a list', policy({ ...HTTP, Resource: ['*'] })),
    good('the bucket and its objects by their ARNs', policy({ ...HTTP, Resource: ['arn:aws:s3:::data/*', 'arn:aws:s3:::data'] })),
    bad('the objects alone', policy({ ...HTTP, Resource: 'arn:aws:s3:::data/*' })),
    good('the same in the other order', policy({ ...HTTP, Resource: ['arn:aws:s3:::data', 'arn:aws:s3:::data/*'] })),
    good('every resource after a prefix', policy({ ...HTTP, Resource: ['arn:aws:s3:::data/in/*', '*'] })),
    good('what it refers to after ARNs, which is looked at elsewhere', policy({ ...HTTP, Resource: ['arn:aws:s3:::data/in/*', KEY] })),
    bad('the objects alone in a list', policy({ ...HTTP, Resource: ['arn:aws:s3:::data/*'] })),
    bad('the bucket alone', policy({ ...HTTP, Resource: ['arn:aws:s3:::data'] })),
    bad('the bucket and a prefix', policy({ ...HTTP, Resource: ['arn:aws:s3:::data', 'arn:aws:s3:::data/in/*'] })),
    bad('a prefix and all objects', policy({ ...HTTP, Resource: ['arn:aws:s3:::data/in/*', 'arn:aws:s3:::data/*'] })),
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
    good('rotated, as text', key({ EnableKeyRotation: 'true' })),
    bad('off, as text', key({ EnableKeyRotation: 'false' })),
    good('rotated and symmetric', key({ EnableKeyRotation: true, KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS' })),
    ...['EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'].map((Origin) => good(`material of ${Origin}`, key({ Origin }))),
    ...['RSA_2048', 'ECC_NIST_P256', 'HMAC_256', 'SM2', 'ML_DSA_65'].map((KeySpec) => good(`a key of ${KeySpec}`, key({ KeySpec }))),
    bad('left out', key({ Description: 'x' })),
    bad('a kind that only ends like one', key({ KeySpec: 'SYMMETRIC_RSA' })),
    bad('off', key({ EnableKeyRotation: false })),
    bad('off and symmetric', key({ EnableKeyRotation: false, KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS' })),
    OTHERS,
  ],
  'key-usable': [
    good('enabled', key({ Enabled: true })),
    bad('disabled', key({ Enabled: false })),
    good('enabled, as text', key({ Enabled: 'true' })),
    bad('disabled, as text', key({ Enabled: 'false' })),
    bad('a replica that is disabled', template({ Key: { Type: 'AWS::KMS::ReplicaKey', Properties: { Enabled: false } } })),
    bad('one of two disabled', template({ Key: { Type: 'AWS::KMS::Key', Properties: { Enabled: true } }, Other: { Type: 'AWS::KMS::Key', Properties: { Enabled: false } } })),
    none('enabled by saying nothing', key({ Description: 'x' })),
    none('something else that is disabled', template({ Rule: { Type: 'AWS::Events::Rule', Properties: { Enabled: false } } })),
    OTHERS,
  ],
};

/** For each file of `src/compliance/stack-rules`, what it has to say. */
export const STACK_CASES: Record<string, readonly Case[]> = {
  'bucket-policy': [
    good('each bucket has one', policed({ Data: undefined, Logs: undefined }, { Ref: 'Logs' }, { Ref: 'Data' })),
    good('by its name', policed({ Data: 'orders' }, 'orders')),
    good('one by its name, one by reference', policed({ Data: 'orders', Logs: undefined }, 'orders', { Ref: 'Logs' })),
    good('one for a parameter too', policed({ Data: undefined }, { Ref: 'Name' }, { Ref: 'Data' })),
    bad('one for a parameter alone', policed({ Data: undefined }, { Ref: 'Name' })),
    bad('none at all', policed({ Data: undefined })),
    bad('none at all for a bucket with a name', policed({ Data: 'orders' })),
    bad('one for the other', policed({ Data: undefined, Logs: undefined }, { Ref: 'Logs' })),
    bad('one for the other, by its name', policed({ Data: undefined, Logs: 'logs' }, 'logs')),
    bad('one for the other, and another name', policed({ Data: 'orders', Logs: undefined }, { Ref: 'Logs' })),
    bad('one for a bucket of another stack', policed({ Data: undefined }, { 'Fn::ImportValue': 'Data' })),
    bad('something else that names it', template({ Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'orders' } }, Other: { Type: 'Custom::Other', Properties: { Bucket: 'orders' } } })),
    bad('something else that refers to it', template({
      ...policed({ Data: undefined, Logs: undefined }, { Ref: 'Logs' }).Resources as object, ...{ Other: { Type: 'Custom::Other', Properties: { Bucket: { Ref: 'Data' } } } },
    })),
    good('under the condition of the bucket', under({ Data: 'IsProd', Policy0: 'IsProd' }, policed({ Data: undefined }, { Ref: 'Data' }))),
    good('under the condition of the bucket, by its name', under({ Data: 'IsProd', Policy0: 'IsProd' }, policed({ Data: 'orders' }, 'orders'))),
    good('without the condition of the bucket', under({ Data: 'IsProd' }, policed({ Data: undefined }, { Ref: 'Data' }))),
    good('without the condition of the bucket, by its name', under({ Data: 'IsProd' }, policed({ Data: 'orders' }, 'orders'))),
    good('one always, one under the condition of its bucket', under({ Data: 'IsProd', Policy0: 'IsProd' }, policed({ Data: undefined, Logs: undefined }, { Ref: 'Data' }, { Ref: 'Logs' }))),
    good('two conditions', under({ Data: 'IsProd', Policy0: 'IsProd', Logs: 'IsTest', Policy1: 'IsTest' }, policed({ Data: undefined, Logs: undefined }, { Ref: 'Data' }, { Ref: 'Logs' }))),
    bad('under a condition for a bucket without', under({ Policy0: 'IsProd' }, policed({ Data: undefined }, { Ref: 'Data' }))),
    bad('under a condition for a bucket without, by its name', under({ Policy0: 'IsProd' }, policed({ Data: 'orders' }, 'orders'))),
    bad('under another condition', under({ Data: 'IsTest', Policy0: 'IsProd' }, policed({ Data: undefined }, { Ref: 'Data' }))),
    bad('one under the condition of the other', under({ Data: 'IsProd', Policy0: 'IsProd' }, policed({ Logs: undefined, Data: undefined }, { Ref: 'Logs' }))),
    good('two that say the very same, for which one is enough', template({
      Data: { Type: 'AWS::S3::Bucket' }, Logs: { Type: 'AWS::S3::Bucket' }, Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Data' } } },
    })),
    bad('under a condition, and something else always', under({ Policy0: 'IsProd' }, template({
      ...policed({ Data: undefined }, { Ref: 'Data' }).Resources as object, ...{ Other: { Type: 'Custom::Other', Properties: { Bucket: { Ref: 'Data' } } } },
    }))),
    bad('under a condition by its name, and something else always', under({ Policy0: 'IsProd' }, template({
      ...policed({ Data: 'orders' }, 'orders').Resources as object, ...{ Other: { Type: 'Custom::Other', Properties: { Bucket: 'orders' } } },
    }))),
    bad('one for the other under the same condition, and something else', under({ Data: 'IsProd', Logs: 'IsProd', Policy0: 'IsProd' }, template({
      ...policed({ Data: undefined, Logs: undefined }, { Ref: 'Logs' }).Resources as object, ...{ Other: { Type: 'Custom::Other', Properties: { Bucket: { Ref: 'Data' } } } },
    }))),
    none('no bucket, and a policy by its name', policed({}, 'orders')),
    none('no bucket', policed({}, { Ref: 'Data' })),
    good('nothing', OTHERS.item),
  ],
};
