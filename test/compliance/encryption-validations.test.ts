import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { EncryptionMode, EncryptionValidations, RotatingS3Key, SecureBucket } from '../../src';
import { IRELAND } from '../helpers/stack';

jest.setTimeout(120_000);

interface Found { readonly rule: string; readonly says: string; readonly where: string }

/** What the plugin finds in a stack, by itself and without what is acknowledged. */
function found(define: (stack: Stack) => void): Found[] {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: IRELAND });
  define(stack);
  const assembly = app.synth();
  const { success, violations } = new EncryptionValidations().validate({
    appConstruct: app,
    templatePaths: assembly.stacks.map(({ templateFullPath }) => templateFullPath),
    stackTemplates: assembly.stacks.map(({ templateFullPath: templatePath, stackName: stackConstructPath }) => (
      { templatePath, stackConstructPath, region: IRELAND.region, accountId: IRELAND.account })),
  });
  const all = violations.flatMap(({ ruleName: rule, description: says, violatingResources }) =>
    violatingResources.map(({ resourceLogicalId }) => ({ rule, says, where: resourceLogicalId!.replace(/[0-9A-F]{8}$/, '') })));
  expect(success).toBe(all.length === 0);
  return all.sort((a, b) => (`${a.where} ${a.rule}` < `${b.where} ${b.rule}` ? -1 : 1));
}

const rulesOf = (all: readonly Found[]) => all.map(({ rule, where }) => `${where}: ${rule}`);

test('there is nothing to say of what this library makes, but for what it acknowledges', () => {
  expect(rulesOf(found((stack) => {
    const data = new SecureBucket(stack, 'Data');
    new SecureBucket(stack, 'Dsse', { encryptionMode: EncryptionMode.dsse(new RotatingS3Key(stack, 'Key')), serverAccessLogsBucket: data.accessLogsBucket, serverAccessLogsPrefix: 'dsse/' });
    new SecureBucket(stack, 'Reports', { encryptionMode: EncryptionMode.s3Managed() });
  }))).toEqual(['Reports: default_key']);
});

test('a bucket of the CDK is asked for everything', () => {
  expect(found((stack) => { new s3.Bucket(stack, 'Data'); })).toEqual([
    { where: 'Data', rule: 'default_key', says: 'the bucket has no default encryption, which means SSE-S3: use SecureBucket, or s3.Bucket with encryptionKey' },
    { where: 'Data', rule: 'sse_c_blocked', says: 'SSE-C is not blocked: set blockedEncryptionTypes to [s3.BlockedEncryptionType.SSE_C]' },
    { where: 'Data', rule: 'tls_only', says: 'the bucket has no policy, so plain HTTP is not denied: set enforceSSL' },
  ]);
});

test('each finding names what it is about, and no engine', () => {
  const all = found((stack) => {
    new s3.Bucket(stack, 'Managed', { encryption: s3.BucketEncryption.KMS_MANAGED, enforceSSL: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] });
    new s3.Bucket(stack, 'Own', { encryptionKey: new kms.Key(stack, 'Key'), enforceSSL: true });
    const open = new s3.Bucket(stack, 'Open', { encryptionKey: new kms.Key(stack, 'Rotated', { enableKeyRotation: true }), bucketKeyEnabled: true });
    new s3.CfnBucketPolicy(stack, 'Policy', { bucket: open.bucketName, policyDocument: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }] } });
  });
  expect(rulesOf(all)).toEqual([
    'Key: key_rotation', 'Managed: bucket_key', 'Managed: default_key', 'Open: sse_c_blocked', 'Own: bucket_key', 'Own: sse_c_blocked', 'Policy: tls_only',
  ]);
  for (const { says } of all) { expect(says).toMatch(/^[a-zA-Z].*: (set|use|name) /); }
});

test.each<[string, (stack: Stack) => kms.IKey]>([
  ['of the stack', (stack) => new kms.Key(stack, 'Key', { enableKeyRotation: true }).addAlias('orders')],
  ['of AWS', (stack) => kms.Alias.fromAliasName(stack, 'Key', 'alias/aws/s3')],
])('an alias %s is found, as the CDK writes it', (_, alias) => {
  expect(found((stack) => {
    new s3.Bucket(stack, 'Data', { encryptionKey: alias(stack), bucketKeyEnabled: true, enforceSSL: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] });
  })).toEqual([{ where: 'Data', rule: 'default_key', says: expect.stringMatching(/^the default encryption names an alias/) as string }]);
});

test.each<[string, (bucket: s3.Bucket) => string[], boolean]>([
  ['two prefixes', (bucket) => [bucket.arnForObjects('a/*'), bucket.arnForObjects('b/*')], true],
  ['the bucket and a prefix', (bucket) => [bucket.bucketArn, bucket.arnForObjects('a/*')], true],
  ['the bucket, its objects and more', (bucket) => [bucket.bucketArn, bucket.arnForObjects('*'), bucket.arnForObjects('a/*')], false],
])('plain HTTP denied for %s', (_, resources, isFound) => {
  expect(rulesOf(found((stack) => {
    const bucket = new s3.Bucket(stack, 'Data', {
      encryptionKey: new RotatingS3Key(stack, 'Key'), bucketKeyEnabled: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
    });
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY, principals: [new iam.StarPrincipal()], actions: ['s3:*'], resources: resources(bucket), conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    }));
  }))).toEqual(isFound ? ['DataPolicy: tls_only'] : []);
});

test('an Allow that asks for TLS is no Deny, whatever it is about', () => {
  expect(rulesOf(found((stack) => {
    const bucket = new s3.Bucket(stack, 'Data', {
      encryptionKey: new RotatingS3Key(stack, 'Key'), bucketKeyEnabled: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
    });
    const about = (effect: iam.Effect, resources: string[], transport: string) => new iam.PolicyStatement({
      effect, principals: [new iam.StarPrincipal()], actions: ['s3:*'], resources, conditions: { Bool: { 'aws:SecureTransport': transport } },
    });
    bucket.addToResourcePolicy(about(iam.Effect.ALLOW, [bucket.bucketArn, bucket.arnForObjects('*')], 'true'));
    bucket.addToResourcePolicy(about(iam.Effect.DENY, [bucket.arnForObjects('a/*'), bucket.arnForObjects('b/*')], 'false'));
  }))).toEqual(['DataPolicy: tls_only']);
});

test('a target of access logs is not asked for a key', () => {
  const logs = (stack: Stack) => new s3.Bucket(stack, 'Logs', { enforceSSL: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] });
  expect(rulesOf(found(logs))).toEqual(['Logs: default_key']);
  expect(rulesOf(found((stack) => { new SecureBucket(stack, 'Data', { serverAccessLogsBucket: logs(stack), serverAccessLogsPrefix: 'data/' }); }))).toEqual([]);
});

test('a policy may name its bucket by its name', () => {
  expect(rulesOf(found((stack) => {
    const bucket = new s3.Bucket(stack, 'Data', {
      bucketName: 'orders', encryptionKey: new RotatingS3Key(stack, 'Key'), bucketKeyEnabled: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
    });
    new CfnResource(stack, 'Policy', {
      type: 'AWS::S3::BucketPolicy',
      properties: {
        Bucket: 'orders',
        PolicyDocument: {
          Statement: [{
            Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [bucket.bucketArn, bucket.arnForObjects('*')], Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }],
        },
      },
    });
  }))).toEqual([]);
});

describe('as a plugin of an app', () => {
  const synth = (define: (stack: Stack) => void) => {
    const app = new App();
    Validations.of(app).addPlugins(new EncryptionValidations());
    define(new Stack(app, 'Stack', { env: IRELAND }));
    return app.synth();
  };

  test('it ends the synthesis, and says why', () => {
    expect(() => synth((stack) => { new s3.Bucket(stack, 'Data'); })).toThrow(/SSE-C is not blocked: set blockedEncryptionTypes/);
  });

  test('it lets pass what this library makes, and what is acknowledged', () => {
    synth((stack) => {
      new SecureBucket(stack, 'Data');
      new SecureBucket(stack, 'Reports', { encryptionMode: EncryptionMode.s3Managed() });
      const other = new s3.Bucket(stack, 'Other', { enforceSSL: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] });
      Validations.of(other).acknowledge({ id: 'cdk-s3-encryption::default_key', reason: 'only public pictures' });
    });
  });
});
