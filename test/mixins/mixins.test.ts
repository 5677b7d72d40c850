import { Annotations, AspectPriority, Aspects, Aws, aws_iam as iam, aws_kms as kms, aws_s3 as s3, CfnCondition, CfnDynamicReference, CfnDynamicReferenceService, CfnParameter, CfnResource, Fn, Lazy, Mixin, Mixins, Shims, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EncryptionMode, mixins, RotatingS3Key, SecureBucket } from '../../src';
import { onEach } from '../helpers/interference';
import { agnosticStack, appOf, FLAG_SETS, IRELAND, OTHER_ACCOUNT, role, testStack } from '../helpers/stack';
import { identityStatements } from '../helpers/template';

const KEY = `arn:aws:kms:eu-west-1:${IRELAND.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

interface Statement { readonly Sid?: string; readonly Effect: string }
const only = (stack: Stack, type: string) => Object.values(Template.fromStack(stack).findResources(type))
  .map(({ Properties }) => Properties as Record<string, any>);
const sidsOf = (stack: Stack) => only(stack, 'AWS::S3::BucketPolicy').map(({ PolicyDocument }) => (PolicyDocument.Statement as Statement[]).map(({ Sid }) => Sid));
const ruleOf = (stack: Stack) => only(stack, 'AWS::S3::Bucket')[0]?.BucketEncryption?.ServerSideEncryptionConfiguration[0] as unknown;

const l1 = (stack: Stack, kmsMasterKeyId: string) => new s3.CfnBucket(stack, 'Data', {
  bucketEncryption: { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId } }] },
});

const UPLOADS = ['DenyOtherKeys', 'DenyUpdateWithoutKey', 'DenyKmsWithoutKey', 'DenyOtherAlgorithms'];
const TLS = ['DenyInsecureTransport', 'DenyOldTls'];

describe.each(FLAG_SETS)('%s', (_, context) => {
  test('all of them make of an s3.Bucket what a SecureBucket is, in encryption and policy', () => {
    const [mine, theirs] = [testStack({ env: IRELAND, context }), testStack({ env: IRELAND, context })];
    const bucket = new s3.Bucket(mine, 'Data');
    bucket.with(
      new mixins.BucketTlsOnly(), new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(mine, 'Key') }), new mixins.BucketUploadsUnderKey(),
      new mixins.BucketSseCBlocked(),
    );
    const data = new SecureBucket(theirs, 'Data', { encryptionKey: new RotatingS3Key(theirs, 'Key'), allowNoAccessLogsBecause: 'not here' });
    Annotations.of(data).acknowledgeWarning('cdk-s3-encryption:SecureBucket.noAccessLogs', 'They are not what this is about.');
    const policyOf = (stack: Stack) => (only(stack, 'AWS::S3::BucketPolicy')[0].PolicyDocument.Statement as object[]).map((one) => JSON.stringify(one)).sort();
    expect(policyOf(mine)).toEqual(policyOf(theirs));
    expect(ruleOf(mine)).toEqual(ruleOf(theirs));
  });
});

describe('one at a time', () => {
  test('TLS', () => {
    const stack = testStack();
    new s3.Bucket(stack, 'Data').with(new mixins.BucketTlsOnly());
    expect(sidsOf(stack)).toEqual([TLS]);
    expect(ruleOf(stack)).toBeUndefined();
  });

  test.each<[string, s3.BucketProps, object]>([
    ['a bucket without encryption', {}, {}],
    ['one under SSE-S3', { encryption: s3.BucketEncryption.S3_MANAGED }, { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    ['one under aws/s3', { encryption: s3.BucketEncryption.KMS_MANAGED, bucketKeyEnabled: true }, { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' }, BucketKeyEnabled: true }],
  ])('SSE-C, of %s, whose default stays as it is', (_, props, rule) => {
    const stack = testStack();
    new s3.Bucket(stack, 'Data', props).with(new mixins.BucketSseCBlocked());
    expect(ruleOf(stack)).toEqual({ ...rule, BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } });
    expect(sidsOf(stack)).toEqual([['DenyCustomerProvidedKeys']]);
  });

  test('the key, beside a block that stays', () => {
    const stack = testStack();
    const key = new RotatingS3Key(stack, 'Key');
    new s3.Bucket(stack, 'Data', { blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C] }).with(new mixins.BucketDefaultKey({ encryptionKey: key }));
    expect(ruleOf(stack)).toEqual({
      ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: stack.resolve(key.keyArn) as object }, BucketKeyEnabled: true, BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
    });
    expect(sidsOf(stack)).toEqual([]);
  });

  test('DSSE, which has no Bucket Key', () => {
    const stack = testStack();
    new s3.Bucket(stack, 'Data').with(new mixins.BucketDefaultKey({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY), dsse: true }));
    expect(ruleOf(stack)).toEqual({ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID: KEY } });
  });

  test.each<[string, { dsse?: boolean }]>([['left out', {}], ['true', { dsse: true }]])('a bucket under DSSE-KMS stays under it, dsse %s', (_, options) => {
    const stack = testStack();
    const encryptionKey = new RotatingS3Key(stack, 'Key');
    new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.DSSE, encryptionKey }).with(new mixins.BucketDefaultKey({ encryptionKey, ...options }));
    expect(ruleOf(stack)).toEqual({ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID: stack.resolve(encryptionKey.keyArn) as object } });
  });

  test.each<[string, s3.BucketProps | 'dsse', string]>([
    ['SSE-KMS', {}, 'aws:kms'],
    ['DSSE-KMS', { encryption: s3.BucketEncryption.DSSE }, 'aws:kms:dsse'],
  ])('uploads, under %s', (_, props, algorithm) => {
    const stack = testStack();
    new s3.Bucket(stack, 'Data', { encryptionKey: new RotatingS3Key(stack, 'Key'), ...props as object }).with(new mixins.BucketUploadsUnderKey());
    expect(sidsOf(stack)).toEqual([UPLOADS]);
    const [{ PolicyDocument }] = only(stack, 'AWS::S3::BucketPolicy');
    expect(JSON.stringify(PolicyDocument)).toContain(`{"s3:x-amz-server-side-encryption":"${algorithm}"}`);
  });

  test('what is granted afterwards has both permissions', () => {
    const stack = testStack();
    const bucket = new s3.Bucket(stack, 'Data');
    bucket.with(new mixins.BucketDefaultKey({ encryptionKey: new kms.Key(stack, 'Key') }));
    bucket.grantRead(role(stack));
    expect(identityStatements(stack).flatMap(({ Action }) => Action)).toEqual(expect.arrayContaining(['s3:GetObject*', 'kms:Decrypt']));
  });
});

describe('an L1', () => {
  test('that stands alone gets a policy', () => {
    const stack = testStack();
    new s3.CfnBucket(stack, 'Data').with(new mixins.BucketTlsOnly(), new mixins.BucketSseCBlocked());
    expect(sidsOf(stack)).toEqual([[...TLS, 'DenyCustomerProvidedKeys']]);
    expect(only(stack, 'AWS::S3::BucketPolicy')[0].Bucket).toEqual({ Ref: 'Data' });
  });

  test.each([
    ['a document', (statements: iam.PolicyStatement[]) => new iam.PolicyDocument({ statements })],
    ['an object', (statements: iam.PolicyStatement[]) => new iam.PolicyDocument({ statements }).toJSON() as object],
  ])('that has a policy, which is %s, keeps it', (_, document) => {
    const stack = testStack();
    const bucket = new s3.CfnBucket(stack, 'Data');
    new s3.CfnBucketPolicy(stack, 'Policy', {
      bucket: bucket.ref,
      policyDocument: document([new iam.PolicyStatement({ sid: 'Reader', principals: [new iam.AccountRootPrincipal()], actions: ['s3:GetObject'], resources: ['arn:aws:s3:::data/*'] })]),
    });
    bucket.with(new mixins.BucketTlsOnly());
    expect(sidsOf(stack)).toEqual([['Reader', ...TLS]]);
  });

  test('among others, each gets its own', () => {
    const stack = testStack();
    for (const id of ['One', 'Two']) { new s3.CfnBucket(stack, id); }
    new s3.Bucket(stack, 'Three');
    Mixins.of(stack).apply(new mixins.BucketTlsOnly());
    expect(only(stack, 'AWS::S3::BucketPolicy').map(({ Bucket }) => (Bucket as { Ref: string }).Ref.slice(0, 3)).sort()).toEqual(['One', 'Thr', 'Two']);
  });
});

describe('a bucket has one policy', () => {
  const theirs = () => other('Reader');
  const JSON_DOCUMENT = { Version: '2012-10-17', Id: 'Mine', Statement: { Sid: 'Reader', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: { 'Fn::Sub': 'arn:aws:s3:::x/*' } } };

  test.each<[string, (stack: Stack) => s3.Bucket | s3.CfnBucket]>([
    ['beside an s3.Bucket', (stack) => {
      const bucket = new s3.Bucket(stack, 'Data');
      new s3.BucketPolicy(stack, 'P', { bucket, document: theirs() });
      return bucket;
    }],
    ['beside an s3.Bucket, an L1', (stack) => {
      const bucket = new s3.Bucket(stack, 'Data');
      new s3.CfnBucketPolicy(stack, 'P', { bucket: bucket.bucketName, policyDocument: theirs() });
      return bucket;
    }],
    ['of an s3.Bucket with a name, that says the name', (stack) => {
      new s3.CfnBucketPolicy(stack, 'P', { bucket: 'orders', policyDocument: theirs() });
      return new s3.Bucket(stack, 'Data', { bucketName: 'orders' });
    }],
    ['of an L1 with a name, that says the name', (stack) => {
      new s3.CfnBucketPolicy(stack, 'P', { bucket: 'orders', policyDocument: JSON_DOCUMENT });
      return new s3.CfnBucket(stack, 'Data', { bucketName: 'orders' });
    }],
  ])('that is there already: %s', (_, make) => {
    const stack = testStack();
    const bucket = make(stack);
    bucket.with(new mixins.BucketTlsOnly());
    bucket.with(new mixins.BucketTlsOnly(), new mixins.BucketSseCBlocked());
    expect(sidsOf(stack)).toEqual([['Reader', ...TLS, 'DenyCustomerProvidedKeys']]);
  });

  test('that is there already, in another stack', () => {
    const stack = testStack();
    const bucket = new s3.Bucket(stack, 'Data');
    const policies = testStack({ app: appOf(stack), id: 'Policies' });
    new s3.BucketPolicy(policies, 'P', { bucket, document: theirs() });
    bucket.with(new mixins.BucketTlsOnly());
    expect([sidsOf(stack), sidsOf(policies)]).toEqual([[], [['Reader', ...TLS]]]);
  });

  test('that says the name of a bucket of another stack is not about this one', () => {
    const stack = testStack();
    new s3.CfnBucketPolicy(testStack({ app: appOf(stack), id: 'Policies' }), 'P', { bucket: 'orders', policyDocument: theirs() });
    new s3.Bucket(stack, 'Data', { bucketName: 'orders' }).with(new mixins.BucketTlsOnly());
    expect(sidsOf(stack)).toEqual([TLS]);
  });

  test('also for what is granted afterwards', () => {
    const stack = testStack();
    const bucket = new s3.Bucket(stack, 'Data');
    new s3.BucketPolicy(stack, 'P', { bucket });
    bucket.with(new mixins.BucketTlsOnly());
    bucket.grantRead(new iam.AccountPrincipal(OTHER_ACCOUNT));
    expect(sidsOf(stack)).toEqual([[...TLS, undefined]]);
  });

  test('an object keeps what else it has', () => {
    const stack = testStack();
    new s3.CfnBucketPolicy(stack, 'P', { bucket: new s3.CfnBucket(stack, 'Data').ref, policyDocument: JSON_DOCUMENT });
    Mixins.of(stack).apply(new mixins.BucketTlsOnly());
    const [{ PolicyDocument }] = only(stack, 'AWS::S3::BucketPolicy');
    expect(PolicyDocument).toMatchObject({ Id: 'Mine', Statement: [JSON_DOCUMENT.Statement, { Sid: TLS[0] }, { Sid: TLS[1] }] });
  });

  test('one that CloudFormation decides is refused, instead of lost', () => {
    const stack = testStack();
    new s3.CfnBucketPolicy(stack, 'P', { bucket: new s3.CfnBucket(stack, 'Data').ref, policyDocument: Fn.conditionIf('Mine', JSON_DOCUMENT, Aws.NO_VALUE) });
    expect(() => Mixins.of(stack).apply(new mixins.BucketTlsOnly())).toThrow(/'policyDocument' must be.*Fn::If.*PolicyUnreadable at Stack\/P/);
  });

  test('or two under conditions, each with the promise', () => {
    const stack = testStack();
    const bucket = new s3.CfnBucket(stack, 'Data');
    for (const id of ['One', 'Two']) {
      new s3.CfnBucketPolicy(stack, id, { bucket: bucket.ref, policyDocument: theirs() }).cfnOptions.condition = new CfnCondition(stack, `Is${id}`, { expression: Fn.conditionEquals(Aws.REGION, id) });
    }
    bucket.with(new mixins.BucketTlsOnly());
    expect(sidsOf(stack)).toEqual([['Reader', ...TLS], ['Reader', ...TLS]]);
  });

  test.each<[string, (stack: Stack) => s3.Bucket | s3.CfnBucket]>([
    ['s3.Bucket', (stack) => new s3.Bucket(stack, 'Data')],
    ['CfnBucket', (stack) => new s3.CfnBucket(stack, 'Data')],
  ])('and a second one of a %s is refused at synthesis', (_, make) => {
    const stack = testStack();
    const bucket = make(stack);
    bucket.with(new mixins.BucketTlsOnly(), new mixins.BucketSseCBlocked());
    new s3.CfnBucketPolicy(stack, 'P', { bucket: bucket instanceof s3.Bucket ? bucket.bucketName : bucket.ref, policyDocument: other() });
    expect(() => appOf(stack).synth()).toThrow(/must have one bucket policy, got Stack\/Data\/Policy\S* and Stack\/P: S3 keeps one.*put the statements of the two into one.*SecondBucketPolicy/);
  });
});

describe('an imported bucket', () => {
  const ALL: [string, (stack: Stack) => Mixin][] = [
    ['BucketTlsOnly', () => new mixins.BucketTlsOnly()],
    ['BucketSseCBlocked', () => new mixins.BucketSseCBlocked()],
    ['BucketUploadsUnderKey', () => new mixins.BucketUploadsUnderKey()],
    ['BucketDefaultKey', (stack) => new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(stack, 'Key') })],
  ];
  const imported = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs');

  test.each(ALL)('is refused by %s', (name, make) => {
    const stack = testStack();
    const mixin = make(stack);
    const message = new RegExp(`${name} must be applied to a bucket that is made in this app, got the imported Stack/Theirs.*apply it where the bucket is made.*ImportedBucket`);
    expect(() => imported(stack).with(mixin)).toThrow(message);
  });

  test.each<[string, (bucket: s3.IBucket, stack: Stack) => void]>([
    ['Mixins.of', (bucket) => { Mixins.of(bucket).apply(new mixins.BucketTlsOnly()); }],
    ['with, after the tree that it is in', (bucket, stack) => {
      const mixin = new mixins.BucketTlsOnly();
      stack.with(mixin);
      bucket.with(mixin);
    }],
    ['with, after another bucket', (bucket, stack) => {
      const mixin = new mixins.BucketTlsOnly();
      new s3.Bucket(stack, 'Data').with(mixin);
      bucket.with(mixin);
    }],
    ['fromCfnBucket', (_, stack) => { s3.Bucket.fromCfnBucket(new s3.CfnBucket(stack, 'Data')).with(new mixins.BucketTlsOnly()); }],
  ])('is refused by %s', (_, act) => {
    const stack = testStack();
    expect(() => { act(imported(stack), stack); }).toThrow(/got the imported Stack/);
  });

  test.each<[string, (stack: Stack, mixin: Mixin) => void]>([
    ['Mixins.of', (stack, mixin) => { Mixins.of(stack).apply(mixin); }],
    ['Mixins.of, twice', (stack, mixin) => { Mixins.of(stack).apply(mixin, mixin); }],
    ['Mixins.of the app', (stack, mixin) => { Mixins.of(appOf(stack)).requireAny().apply(mixin); }],
    ['with', (stack, mixin) => { stack.with(mixin); }],
    ['an aspect', (stack, mixin) => { Aspects.of(stack).add(Shims.asAspect(mixin), { priority: AspectPriority.MUTATING }); }],
  ])('is left out of a tree, by %s', (_, act) => {
    const stack = testStack();
    imported(stack);
    const bucket = new s3.CfnBucket(stack, 'Data');
    s3.Bucket.fromCfnBucket(bucket);
    act(stack, new mixins.BucketTlsOnly());
    expect(sidsOf(stack)).toEqual([TLS]);
  });
});

test('applied twice, each is there once', () => {
  const stack = testStack();
  const bucket = new s3.Bucket(stack, 'Data', { encryptionKey: new RotatingS3Key(stack, 'Key') });
  const all = [new mixins.BucketTlsOnly(), new mixins.BucketSseCBlocked(), new mixins.BucketUploadsUnderKey()];
  for (let twice = 0; twice < 2; twice += 1) { bucket.with(...all); }
  expect(sidsOf(stack)).toEqual([[...TLS, 'DenyCustomerProvidedKeys', ...UPLOADS]]);
});

test.each<[string, (bucket: s3.Bucket) => void]>([
  ['SSE-C', (bucket) => { bucket.with(new mixins.BucketSseCBlocked()); }],
  ['uploads', (bucket) => { bucket.with(new mixins.BucketSseCBlocked(), new mixins.BucketUploadsUnderKey()); }],
])('a key of another stack stays a reference to it: %s', (_, act) => {
  const stack = testStack();
  const key = new kms.Key(new Stack(appOf(stack), 'Keys', { env: { account: stack.account, region: stack.region } }), 'Key');
  const bucket = new s3.Bucket(stack, 'Data', { encryptionKey: key });
  act(bucket);
  const template = JSON.stringify(Template.fromStack(stack).toJSON());
  expect(template).toMatch(/"KMSMasterKeyID":\{"Fn::ImportValue":"Keys:/);
  expect(template).not.toMatch(/"Fn::GetAtt":\["Key/);
});

test('nothing else is touched', () => {
  const stack = testStack();
  const topic = new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
  for (const mixin of [new mixins.BucketTlsOnly(), new mixins.BucketSseCBlocked(), new mixins.BucketUploadsUnderKey(), new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(stack, 'Key') })]) {
    expect(mixin.supports(topic)).toBe(false);
    mixin.applyTo(topic);
  }
  expect(sidsOf(stack)).toEqual([]);
});

const other = (sid?: string) => new iam.PolicyDocument({
  statements: [new iam.PolicyStatement({ sid, principals: [new iam.AccountRootPrincipal()], actions: ['s3:GetObject'], resources: ['arn:aws:s3:::data/*'] })],
});

describe('the template is held to what was promised', () => {
  test.each<[string, RegExp, (bucket: s3.Bucket) => void]>([
    ['the block taken out', /what BucketSseCBlocked promised in BucketEncryption.*PromiseBroken/, (bucket) => {
      (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration.0.BlockedEncryptionTypes', undefined);
    }],
    ['another key', /what BucketDefaultKey promised in BucketEncryption.*ServerSideEncryptionByDefault.*PromiseBroken/, (bucket) => {
      (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID', 'alias/x');
    }],
    ['the Bucket Key off', /what BucketDefaultKey promised in .*BucketKeyEnabled, and has false/, (bucket) => {
      (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration.0.BucketKeyEnabled', false);
    }],
    ['a statement taken out by an aspect', /what BucketTlsOnly promised, and misses DenyInsecureTransport, DenyOldTls/, (bucket) => {
      Aspects.of(bucket).add(onEach((node) => { if (s3.CfnBucketPolicy.isCfnBucketPolicy(node)) { node.policyDocument = other(); } }));
    }],
    ['a default key that an override changed, under the policy of another', /what BucketUploadsUnderKey promised in .*ServerSideEncryptionByDefault, and has .*AES256.*apply BucketUploadsUnderKey after/, (bucket) => {
      bucket.with(new mixins.BucketUploadsUnderKey());
      (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault', { SSEAlgorithm: 'AES256' });
    }],
  ])('%s', (_, message, interfere) => {
    const stack = testStack();
    const bucket = new s3.Bucket(stack, 'Data');
    bucket.with(new mixins.BucketTlsOnly(), new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(stack, 'Key') }), new mixins.BucketSseCBlocked());
    interfere(bucket);
    expect(() => appOf(stack).synth()).toThrow(message);
  });
});

test('a key that a mixin changed after the policy was made for another is refused at synthesis', () => {
  const stack = testStack();
  const bucket = l1(stack, new kms.Key(stack, 'A').keyArn);
  bucket.with(new mixins.BucketUploadsUnderKey(), new mixins.BucketDefaultKey({ encryptionKey: new kms.Key(stack, 'C') }));
  expect(() => appOf(stack).synth()).toThrow(/what BucketUploadsUnderKey promised in .*ServerSideEncryptionByDefault.*another mixin.*apply BucketUploadsUnderKey after.*PromiseBroken/);
});

describe('the key that the policy names', () => {
  /** What S3 would compare the key of an upload with. */
  const pinned = (stack: Stack) => (only(stack, 'AWS::S3::BucketPolicy')[0].PolicyDocument.Statement as any[])
    .find(({ Sid }) => Sid === 'DenyOtherKeys').Condition.StringNotEquals['s3:x-amz-server-side-encryption-aws-kms-key-id'] as unknown;
  const cfnKey = (stack: Stack) => new kms.CfnKey(stack, 'Key', { keyPolicy: {} });
  const ARN = { 'Fn::GetAtt': ['Key', 'Arn'] };

  test.each<[string, (stack: Stack) => string]>([
    ['its ARN', (stack) => cfnKey(stack).attrArn],
    ['its Ref', (stack) => cfnKey(stack).ref],
    ['its attribute KeyId', (stack) => cfnKey(stack).attrKeyId],
    ['a Ref by hand', (stack) => { cfnKey(stack); return Fn.ref('Key'); }],
    ['a Ref that comes late', (stack) => { const key = cfnKey(stack); return Lazy.string({ produce: () => key.ref }); }],
    ['an alias of an L1', (stack) => new kms.CfnAlias(stack, 'Alias', { aliasName: 'alias/x', targetKeyId: cfnKey(stack).ref }).ref],
    ['the ARN of an alias of an L1, by hand', (stack) => stack.formatArn({ service: 'kms', resource: new kms.CfnAlias(stack, 'Alias', { aliasName: 'alias/x', targetKeyId: cfnKey(stack).attrArn }).ref })],
    ['the name of an alias', (stack) => { new kms.CfnAlias(stack, 'Alias', { aliasName: 'alias/x', targetKeyId: cfnKey(stack).attrArn }); return 'alias/x'; }],
  ])('is its ARN where the bucket has %s', (_, name) => {
    for (const stack of [testStack(), agnosticStack()]) {
      l1(stack, name(stack)).with(new mixins.BucketUploadsUnderKey());
      expect(pinned(stack)).toEqual(ARN);
    }
  });

  test.each<[string, (stack: Stack, key: kms.Key) => kms.IKey]>([
    ['an alias', (_, key) => key.addAlias('alias/x')],
    ['an alias of an alias', (stack, key) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/y', targetKey: key.addAlias('alias/x') })],
    ['the imported name of an alias of the stack', (stack, key) => { key.addAlias('alias/x'); return kms.Alias.fromAliasName(stack, 'Alias', 'alias/x'); }],
  ])('is the ARN of the key behind it where an s3.Bucket has %s', (_, alias) => {
    for (const stack of [testStack(), agnosticStack()]) {
      const key = new kms.Key(stack, 'Key');
      new s3.Bucket(stack, 'Data', { encryptionKey: alias(stack, key) }).with(new mixins.BucketUploadsUnderKey());
      expect(pinned(stack)).toEqual(stack.resolve(key.keyArn));
    }
  });

  test('is behind the alias of the stack, where others have one of the name', () => {
    const stack = testStack();
    const keys = ['One', 'Two'].map((id) => new kms.Key(testStack({ app: appOf(stack), id }), 'Key'));
    const [alias] = keys.map((key) => key.addAlias('alias/x'));
    expect(() => new s3.Bucket(stack, 'Data', { encryptionKey: alias }).with(new mixins.BucketUploadsUnderKey())).toThrow(/got 'arn:.*alias\/x'/);
    const two = Stack.of(keys[1]);
    new s3.Bucket(two, 'Data', { encryptionKey: alias }).with(new mixins.BucketUploadsUnderKey());
    expect(pinned(two)).toEqual(two.resolve(keys[1].keyArn));
  });

  test('is behind the only alias of the name, in another stack', () => {
    const stack = testStack();
    const alias = new kms.Key(testStack({ app: appOf(stack), id: 'Keys' }), 'Key').addAlias('alias/x');
    new s3.Bucket(stack, 'Data', { encryptionKey: alias }).with(new mixins.BucketUploadsUnderKey());
    expect(pinned(stack)).toEqual({ 'Fn::ImportValue': expect.stringMatching(/^Keys:/) as string });
  });

  test.each<[string, (stack: Stack) => string, unknown]>([
    ['a parameter', (stack) => new CfnParameter(stack, 'Arn').valueAsString, { Ref: 'Arn' }],
    ['an export of another stack', () => Fn.importValue('key-arn'), { 'Fn::ImportValue': 'key-arn' }],
    ['an attribute of something else', (stack) => new CfnResource(stack, 'Custom', { type: 'Custom::Key' }).getAtt('KeyArn').toString(), { 'Fn::GetAtt': ['Custom', 'KeyArn'] }],
    ['a parameter of Systems Manager', () => new CfnDynamicReference(CfnDynamicReferenceService.SSM, '/key').toString(), '{{resolve:ssm:/key}}'],
    ['an ARN in parts', (stack) => stack.formatArn({ service: 'kms', resource: 'key', resourceName: cfnKey(stack).ref }), expect.anything()],
    ['a choice between keys, one by its id', (stack) => Fn.conditionIf('Mine', cfnKey(stack).ref, Fn.importValue('key-arn')).toString(), { 'Fn::If': ['Mine', ARN, { 'Fn::ImportValue': 'key-arn' }] }],
  ])('stays what it is where it may be an ARN: %s', (_, name, expected) => {
    const stack = testStack();
    new CfnCondition(stack, 'Mine');
    const bucket = l1(stack, name(stack));
    bucket.with(new mixins.BucketUploadsUnderKey());
    expect(pinned(stack)).toEqual(expected);
  });
});

describe('is refused', () => {
  test.each<[string, RegExp, (stack: Stack) => void]>([
    ['a bucket that has another key', /'encryptionKey' must be the key of the bucket, Stack\/One, got Stack\/Two/, (stack) => {
      new s3.Bucket(stack, 'Data', { encryptionKey: new RotatingS3Key(stack, 'One') }).with(new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(stack, 'Two') }));
    }],
    ['a SecureBucket with another key', /'encryptionKey' must be the key of the bucket/, (stack) => {
      new SecureBucket(stack, 'Data').with(new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(stack, 'Two') }));
    }],
    ['one layer where there are two', /'dsse' must be true or left out.*aws:kms:dsse.*got false: leave it out.*DsseDowngrade/, (stack) => {
      const encryptionKey = new RotatingS3Key(stack, 'Key');
      new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.DSSE, encryptionKey }).with(new mixins.BucketDefaultKey({ encryptionKey, dsse: false }));
    }],
    ['one layer of an L1 that has two', /'dsse' must be true or left out/, (stack) => {
      new s3.CfnBucket(stack, 'Data', {
        bucketEncryption: { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms:dsse' } }] },
      }).with(new mixins.BucketDefaultKey({ encryptionKey: new RotatingS3Key(stack, 'Key'), dsse: false }));
    }],
    ['an alias', /'encryptionKey' must be a key, got the alias/, (stack) => {
      new s3.Bucket(stack, 'Data').with(new mixins.BucketDefaultKey({ encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/orders') }));
    }],
    ['a key of another region', /'encryptionKey' must be in the bucket's region eu-west-1/, (stack) => {
      new s3.Bucket(stack, 'Data').with(new mixins.BucketDefaultKey({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY.replace('eu-west-1', 'us-east-1')) }));
    }],
    ['uploads where there is no key', /BucketUploadsUnderKey needs a default encryption under a KMS key.*apply BucketDefaultKey first/, (stack) => {
      new s3.Bucket(stack, 'Data').with(new mixins.BucketUploadsUnderKey());
    }],
    ['uploads under aws/s3', /BucketUploadsUnderKey needs a default encryption under a KMS key/, (stack) => {
      new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.KMS_MANAGED }).with(new mixins.BucketUploadsUnderKey());
    }],
    ['uploads of an SSE-S3 bucket', /BucketUploadsUnderKey needs/, (stack) => {
      new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.s3Managed() }).with(new mixins.BucketUploadsUnderKey());
    }],
    ['uploads under an alias of a key that is not here', /needs a key with a full ARN.*got 'arn:.*:alias\/orders'.*kms\.Key\.fromKeyArn/, (stack) => {
      new s3.Bucket(stack, 'Data', { encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/orders') }).with(new mixins.BucketUploadsUnderKey());
    }],
    ['uploads under a choice of which one is an id', /needs a key with a full ARN.*got '1234abcd'/, (stack) => {
      l1(stack, Fn.conditionIf('Mine', '1234abcd', KEY).toString()).with(new mixins.BucketUploadsUnderKey());
    }],
    ['uploads under a key that is named by its id', /needs a key with a full ARN .*got '1234abcd'/, (stack) => {
      l1(stack, '1234abcd').with(new mixins.BucketUploadsUnderKey());
    }],
  ])('%s', (_, message, act) => { expect(() => { act(testStack({ env: IRELAND })); }).toThrow(message); });
});

test('a default encryption that is a function as a whole is refused, and not overwritten', () => {
  const stack = testStack();
  new CfnCondition(stack, 'UseKms', { expression: Fn.conditionEquals(Aws.REGION, 'eu-west-1') });
  const rules = { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: new RotatingS3Key(stack, 'Key').keyArn } }] };
  const bucket = new s3.CfnBucket(stack, 'Data', { bucketEncryption: Fn.conditionIf('UseKms', rules, Aws.NO_VALUE) });
  expect(() => bucket.with(new mixins.BucketSseCBlocked())).toThrow(/EncryptionUnreadable/);
});
