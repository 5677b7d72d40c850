import {
  App, Aws, aws_iam as iam, aws_kms as kms, aws_s3 as s3, CfnCondition, CfnParameter, CfnResource, Duration, Fn, NestedStack,
  Stack, Stage, Tags, Validations,
} from 'aws-cdk-lib';
import { EncryptionHook, EncryptionMode, EncryptionValidations, type EncryptionValidationsProps, KeyRotation, RotatingS3Key, SecureBucket } from '../../src';
import { IRELAND } from '../helpers/stack';

jest.setTimeout(120_000);

interface Found { readonly rule: string; readonly says: string; readonly where: string }

/** What the plugin finds in a stack, by itself and without what is acknowledged. */
function found(define: (stack: Stack) => EncryptionValidationsProps | void): Found[] {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: IRELAND });
  const props = define(stack) ?? undefined;
  const assembly = app.synth();
  const { success, violations } = new EncryptionValidations(props).validate({
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

/** A bucket of CloudFormation that has all but a policy. */
const openProps = (kmsMasterKeyId: string): s3.CfnBucketProps => ({
  bucketEncryption: {
    serverSideEncryptionConfiguration: [{
      serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId }, bucketKeyEnabled: true, blockedEncryptionTypes: { encryptionType: ['SSE-C'] },
    }],
  },
});

/** A policy of CloudFormation that denies plain HTTP. */
const policy = (stack: Stack, id: string, Bucket: unknown, Resource: unknown = '*') => new CfnResource(stack, id, {
  type: 'AWS::S3::BucketPolicy',
  properties: { Bucket, PolicyDocument: { Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }] } },
});

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

test.each<[string, Record<string, unknown>[], boolean]>([
  ['Fn::Sub', [{ 'Fn::Sub': '${Data.Arn}' }, { 'Fn::Sub': '${Data.Arn}/*' }], false],
  ['Fn::Sub beside Fn::GetAtt', [{ 'Fn::GetAtt': ['Data', 'Arn'] }, { 'Fn::Sub': '${Data.Arn}/*' }], false],
  ['Fn::Sub with values', [{ 'Fn::GetAtt': 'Data.Arn' }, { 'Fn::Sub': ['${Bucket}/*', { Bucket: { 'Fn::GetAtt': ['Data', 'Arn'] } }] }], false],
  ['its name', [{ 'Fn::Sub': 'arn:aws:s3:::${Data}' }, { 'Fn::Join': ['/', ['arn:aws:s3:::', { Ref: 'Data' }, '*']] }], true],
  ['its name, joined', [{ 'Fn::Sub': 'arn:aws:s3:::${Data}' }, { 'Fn::Join': ['', ['arn:aws:s3:::', { Ref: 'Data' }, '/*']] }], false],
  ['the objects of another one', [{ 'Fn::Sub': '${Data.Arn}' }, { 'Fn::Sub': '${Other.Arn}/*' }], true],
])('plain HTTP denied for what is written as %s', (_, Resource, isFound) => {
  expect(rulesOf(found((stack) => {
    new s3.CfnBucket(stack, 'Data', openProps(new RotatingS3Key(stack, 'Key').keyArn));
    policy(stack, 'Policy', { Ref: 'Data' }, Resource);
  }))).toEqual(isFound ? ['Policy: tls_only'] : []);
});

test.each<[string, string | undefined, string | undefined, boolean]>([
  ['without a condition', 'IsProd', undefined, false],
  ['under the condition of the bucket', 'IsProd', 'IsProd', false],
  ['under a condition that the bucket does not have', undefined, 'IsProd', true],
  ['under another condition', 'IsProd', 'IsTest', true],
])('a policy %s', (_, ofBucket, ofPolicy, isFound) => {
  expect(rulesOf(found((stack) => {
    for (const id of ['IsProd', 'IsTest']) { new CfnCondition(stack, id, { expression: Fn.conditionEquals(Aws.REGION, id) }); }
    const data = new s3.CfnBucket(stack, 'Data', openProps(new RotatingS3Key(stack, 'Key').keyArn));
    const denies = policy(stack, 'Policy', { Ref: 'Data' });
    if (ofBucket !== undefined) { data.addOverride('Condition', ofBucket); }
    if (ofPolicy !== undefined) { denies.addOverride('Condition', ofPolicy); }
  }))).toEqual(isFound ? ['Data: tls_only'] : []);
});

test('a policy may name its bucket as the bucket is named, by whatever function', () => {
  expect(rulesOf(found((stack) => {
    const data = new s3.CfnBucket(stack, 'Data', openProps(new RotatingS3Key(stack, 'Key').keyArn));
    data.addPropertyOverride('BucketName', { 'Fn::Sub': 'orders-${AWS::AccountId}' });
    policy(stack, 'Policy', { 'Fn::Join': ['-', ['orders', { Ref: 'AWS::AccountId' }]] });
  }))).toEqual([]);
});

test.each<[string, unknown, string | undefined]>([
  ['is left out on a condition', { 'Fn::If': ['IsProd', { 'Fn::GetAtt': ['Key', 'Arn'] }, { Ref: 'AWS::NoValue' }] }, 'may name no key'],
  ['is left out', { Ref: 'AWS::NoValue' }, 'may name no key'],
  ['is an alias on a condition', { 'Fn::If': ['IsProd', { 'Fn::GetAtt': ['Key', 'Arn'] }, 'alias/orders'] }, 'names an alias'],
  ['is an alias of the template', { 'Fn::Sub': '${Alias}' }, 'names an alias'],
  ['is one or the other', { 'Fn::If': ['IsProd', { 'Fn::GetAtt': ['Key', 'Arn'] }, { 'Fn::GetAtt': ['Key2', 'Arn'] }] }, undefined],
])('a key that %s', (_, key, says) => {
  const all = found((stack) => {
    new CfnCondition(stack, 'IsProd', { expression: Fn.conditionEquals(Aws.REGION, 'eu-west-1') });
    for (const id of ['Key', 'Key2']) { new kms.CfnKey(stack, id, { enableKeyRotation: true, keyPolicy: {} }); }
    new kms.CfnAlias(stack, 'Alias', { aliasName: 'alias/orders', targetKeyId: 'x' });
    new s3.CfnBucket(stack, 'Data', openProps('x')).addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID', key);
    policy(stack, 'Policy', { Ref: 'Data' });
  });
  expect(rulesOf(all)).toEqual(says === undefined ? [] : ['Data: default_key']);
  if (says !== undefined) { expect(all[0].says).toContain(`the default encryption ${says}`); }
});

test('two statements that each deny a part do not deny plain HTTP', () => {
  expect(rulesOf(found((stack) => {
    const bucket = new s3.Bucket(stack, 'Data', {
      encryptionKey: new RotatingS3Key(stack, 'Key'), bucketKeyEnabled: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
    });
    const deny = (action: string, resources: string[]) => new iam.PolicyStatement({
      effect: iam.Effect.DENY, principals: [new iam.StarPrincipal()], actions: [action], resources, conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    });
    bucket.addToResourcePolicy(deny('s3:*', [bucket.arnForObjects('a/*'), bucket.arnForObjects('b/*')]));
    bucket.addToResourcePolicy(deny('s3:PutBucketTagging', [bucket.bucketArn, bucket.arnForObjects('*')]));
  }))).toEqual(['DataPolicy: tls_only']);
});

test('a target of access logs is not asked for a key', () => {
  const logs = (stack: Stack) => new s3.Bucket(stack, 'Logs', { enforceSSL: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] });
  expect(rulesOf(found((stack) => { logs(stack); }))).toEqual(['Logs: default_key']);
  expect(rulesOf(found((stack) => { new SecureBucket(stack, 'Data', { serverAccessLogsBucket: logs(stack), serverAccessLogsPrefix: 'data/' }); }))).toEqual([]);
});

test('a target of access logs may be named, and one that logs to itself holds data', () => {
  const logs = (to: string) => found((inner) => {
    const bucket = new s3.CfnBucket(inner, 'Logs', { bucketName: 'logs', bucketEncryption: { serverSideEncryptionConfiguration: [{ blockedEncryptionTypes: { encryptionType: ['SSE-C'] } }] } });
    if (to === 'itself') { bucket.loggingConfiguration = { destinationBucketName: bucket.ref }; }
    policy(inner, 'Policy', { Ref: 'Logs' });
    if (to === 'logs') {
      const data = new SecureBucket(inner, 'Data', { serverAccessLogsPrefix: 'x/', serverAccessLogsBucket: s3.Bucket.fromBucketName(inner, 'ByName', 'logs') });
      expect(data.accessLogsBucket).toBeDefined();
    }
  });
  expect(rulesOf(logs('nothing'))).toEqual(['Logs: default_key']);
  expect(rulesOf(logs('itself'))).toEqual(['Logs: default_key']);
  expect(rulesOf(logs('logs'))).toEqual([]);
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

test('SSE-S3 on purpose says why in a tag', () => {
  const open = (stack: Stack) => new s3.Bucket(stack, 'Data', { enforceSSL: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] });
  const tagged = (value: string) => found((stack) => { Tags.of(open(stack)).add(EncryptionHook.SSE_S3_REASON_TAG, value); });
  expect(rulesOf(tagged('public pictures'))).toEqual([]);
  for (const nothing of ['', ' ']) { expect(rulesOf(tagged(nothing))).toEqual(['Data: default_key']); }
});

test.each<[string, object, boolean]>([
  ['as this library writes it', {}, false],
  ['for the uploads of a prefix', { resources: 'in/*' }, true],
  ['in one account', { conditions: { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' }, StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } } }, true],
])('SSE-C denied by the policy %s', (_, { resources = '*', ...change }: { resources?: string }, isFound) => {
  expect(rulesOf(found((stack) => {
    const bucket = new s3.Bucket(stack, 'Data', { encryptionKey: new RotatingS3Key(stack, 'Key'), bucketKeyEnabled: true, enforceSSL: true });
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      principals: [new iam.StarPrincipal()],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(resources)],
      conditions: { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } },
      ...change,
    }));
  }))).toEqual(isFound ? ['Data: sse_c_blocked'] : []);
});

test('SSE-C denied by the policy of another bucket is not denied here', () => {
  const bucket = (stack: Stack, id: string) => new s3.Bucket(stack, id, { encryptionKey: new RotatingS3Key(stack, `${id}Key`), bucketKeyEnabled: true, enforceSSL: true });
  expect(rulesOf(found((stack) => {
    bucket(stack, 'Open');
    const denied = bucket(stack, 'Denied');
    denied.addToResourcePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      principals: [new iam.StarPrincipal()],
      actions: ['s3:Put*'],
      resources: [denied.arnForObjects('*')],
      conditions: { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } },
    }));
  }))).toEqual(['Open: sse_c_blocked']);
});

test('a key that is disabled', () => {
  expect(found((stack) => { new kms.Key(stack, 'Key', { enableKeyRotation: true, enabled: false }); })).toEqual([
    { where: 'Key', rule: 'key_usable', says: 'the key is disabled, and nobody can read what is under it: set enabled, or leave it out' },
  ]);
});

describe('approved keys', () => {
  const KEY = `arn:aws:kms:eu-west-1:${IRELAND.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

  test('of the stack and imported ones', () => {
    expect(found((stack) => {
      const own = new RotatingS3Key(stack, 'Own');
      const imported = RotatingS3Key.fromKeyArn(stack, 'Imported', KEY);
      new SecureBucket(stack, 'A', { encryptionKey: own });
      new SecureBucket(stack, 'B', { encryptionKey: imported });
      new SecureBucket(stack, 'C');
      new SecureBucket(stack, 'D', { encryptionMode: EncryptionMode.s3Managed(), serverAccessLogsPrefix: 'd/' });
      return { approvedKeys: [own, imported] };
    })).toEqual([
      { where: 'C', rule: 'default_key', says: expect.stringMatching(/^the default encryption is under a key that is not approved, \{"Fn::GetAtt":\["CKey.*: use one of approvedKeys, Stack\/Own, Stack\/Imported$/) as string },
      { where: 'D', rule: 'default_key', says: expect.stringMatching(/^the default encryption is not SSE-KMS/) as string },
    ]);
  });

  test('of another stack, and not one that is called the same', () => {
    expect(rulesOf(found((stack) => {
      const keys = new Stack(stack.node.root, 'Keys', { env: IRELAND });
      const shared = new RotatingS3Key(keys, 'Key');
      const unused = new RotatingS3Key(keys, 'Other');
      new SecureBucket(stack, 'A', { encryptionKey: shared });
      new SecureBucket(stack, 'B', { encryptionKey: new RotatingS3Key(stack, 'Other') });
      return { approvedKeys: [shared, unused] };
    }))).toEqual(['B: default_key']);
  });

  test('by pseudo parameters for where the stack is', () => {
    const under = (key: string) => rulesOf(found((stack) => {
      new s3.CfnBucket(stack, 'Data', openProps('x')).addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID', { 'Fn::Sub': key });
      policy(stack, 'Policy', { Ref: 'Data' });
      return { approvedKeys: [RotatingS3Key.fromKeyArn(stack, 'Imported', KEY)] };
    }));
    expect(under('arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab')).toEqual([]);
    expect(under('arn:${AWS::Partition}:kms:us-east-1:${AWS::AccountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab')).toEqual(['Data: default_key']);
  });

  test('each branch of a condition', () => {
    expect(rulesOf(found((stack) => {
      new CfnCondition(stack, 'IsProd', { expression: Fn.conditionEquals(Aws.REGION, 'eu-west-1') });
      const approved = new RotatingS3Key(stack, 'Own');
      const other = new RotatingS3Key(stack, 'Else');
      new s3.CfnBucket(stack, 'Data', openProps(Fn.conditionIf('IsProd', approved.keyArn, other.keyArn).toString()));
      policy(stack, 'Policy', { Ref: 'Data' });
      return { approvedKeys: [approved] };
    }))).toEqual(['Data: default_key']);
  });

  test('an alias, and none, are refused', () => {
    const stack = new Stack();
    expect(() => new EncryptionValidations({ approvedKeys: [] })).toThrow(/'approvedKeys' must name at least one key, got \[\]/);
    const alias = RotatingS3Key.fromKeyArn(stack, 'Key', KEY).addAlias('orders');
    expect(() => new EncryptionValidations({ approvedKeys: [alias] })).toThrow(/'approvedKeys' must be known by their ARNs, got the alias/);
  });
});

describe('the rotation of keys', () => {
  test('within a period', () => {
    expect(found((stack) => {
      new RotatingS3Key(stack, 'Often', { rotation: KeyRotation.every(Duration.days(90)) });
      new RotatingS3Key(stack, 'Yearly');
      new RotatingS3Key(stack, 'Seldom', { rotation: KeyRotation.every(Duration.days(366)) });
      const period = new CfnParameter(stack, 'Period', { type: 'Number' });
      new kms.CfnKey(stack, 'Unknown', { keyPolicy: {}, enableKeyRotation: true, rotationPeriodInDays: period.valueAsNumber });
      new kms.CfnKey(stack, 'Said', { keyPolicy: {}, enableKeyRotation: true });
      return { maximumKeyRotationPeriod: Duration.days(365) };
    })).toEqual([
      { where: 'Seldom', rule: 'key_rotation', says: 'the key is rotated every 366 days: set rotationPeriod to 365 days or fewer' },
      { where: 'Unknown', rule: 'key_rotation', says: 'the key is rotated every {"Ref":"Period"} days: set rotationPeriod to 365 days or fewer' },
    ]);
  });

  test('a year is too long where the period is shorter', () => {
    expect(rulesOf(found((stack) => {
      new kms.CfnKey(stack, 'Said', { keyPolicy: {}, enableKeyRotation: true });
      return { maximumKeyRotationPeriod: Duration.days(180) };
    }))).toEqual(['Said: key_rotation']);
  });

  test.each([30, 3000])('%d days are refused', (days) => {
    expect(() => new EncryptionValidations({ maximumKeyRotationPeriod: Duration.days(days) })).toThrow(/'maximumKeyRotationPeriod' must be whole days, from 90 to 2560/);
  });
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

  test('it looks into nested stacks, with the keys that they are given', () => {
    const nested = (define: (stack: NestedStack, key: kms.IKey) => void) => {
      const app = new App();
      const stack = new Stack(new Stage(app, 'Stage'), 'Stack', { env: IRELAND });
      const key = new RotatingS3Key(stack, 'Key');
      Validations.of(app).addPlugins(new EncryptionValidations({ approvedKeys: [key] }));
      define(new NestedStack(new NestedStack(stack, 'Outer'), 'Inner'), key);
      app.synth();
    };
    expect(() => { nested((stack) => { new s3.Bucket(stack, 'Data'); }); }).toThrow(/SSE-C is not blocked/);
    expect(() => { nested((stack) => { new SecureBucket(stack, 'Data'); }); }).toThrow(/under a key that is not approved/);
    nested((stack, encryptionKey) => {
      new SecureBucket(stack, 'Data', { encryptionKey });
      const other = new s3.Bucket(stack, 'Other', { enforceSSL: true, blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] });
      Validations.of(other).acknowledge({ id: 'cdk-s3-encryption::default_key', reason: 'only public pictures' });
    });
  });

  test('it looks into the stages of a pipeline, whose own stack may have no resources', () => {
    const piped = (define: (stack: NestedStack) => void) => {
      const app = new App();
      Validations.of(app).addPlugins(new EncryptionValidations());
      const stack = new Stack(new Stage(new Stack(app, 'Pipeline', { env: IRELAND }), 'Prod'), 'Stack', { env: IRELAND });
      define(new NestedStack(stack, 'Nested'));
      app.synth();
    };
    expect(() => { piped((stack) => { new s3.Bucket(stack, 'Data'); }); }).toThrow(/SSE-C is not blocked/);
    piped((stack) => { new SecureBucket(stack, 'Data'); });
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
