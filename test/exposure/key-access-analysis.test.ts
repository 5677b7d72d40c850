import { App, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import {
  AccessAnalyzer, EncryptionAlarms, ExpectedAccess, KeyAccessAnalysis, type KeyAccessAnalysisProps, Notify, RotatingS3Key, SecureBucket,
} from '../../src';
import { IRELAND, OTHER_ACCOUNT, testStack } from '../helpers/stack';
import { warningIds, warningText } from '../helpers/template';
import { matching } from '../monitoring/matching/ruler';

function made(props: Partial<KeyAccessAnalysisProps> = {}) {
  const stack = testStack({ env: IRELAND });
  const notify = [Notify.email('security@example.com'), Notify.slack({ workspaceId: 'T1', channelId: 'C1' })];
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify });
  const analysis = new KeyAccessAnalysis(stack, 'Access', { alarms, externalAccess: AccessAnalyzer.make(), ...props });
  return { stack, alarms, analysis };
}

interface Rule {
  readonly Name: string;
  readonly EventPattern: {
    readonly source: string[]; readonly detail: { readonly resource: unknown[]; readonly error: { readonly exists: boolean }[] };
  };
  readonly Targets: { readonly InputTransformer: { readonly InputPathsMap: Record<string, string>; readonly InputTemplate: string } }[];
}
const rulesOf = (stack: Stack, failed: boolean = false): Rule[] => Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'))
  .map(({ Properties }) => Properties as Rule).filter(({ EventPattern }) => EventPattern.source[0] === 'aws.access-analyzer' && EventPattern.detail.error[0].exists === failed);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-eventbridge.html */
function finding(resource: string, more: object = {}, detailType: string = 'Access Analyzer Finding'): object {
  return {
    'version': '0',
    'id': '22222222-dcba-4444-dcba-333333333333',
    'detail-type': detailType,
    'source': 'aws.access-analyzer',
    'account': IRELAND.account,
    'time': '2026-11-20T10:00:00Z',
    'region': 'eu-west-1',
    'resources': [`arn:aws:access-analyzer:eu-west-1:${IRELAND.account}:analyzer/ExternalAccess`],
    'detail': {
      version: '1.0',
      id: 'f8ce0460-5c29-4bb8-bc1e-0b2b04a2d7c5',
      status: 'ACTIVE',
      resourceType: 'AWS::S3::Bucket',
      resource,
      accountId: IRELAND.account,
      region: 'eu-west-1',
      principal: { AWS: '999988887777' },
      action: ['s3:GetObject'],
      condition: {},
      isDeleted: false,
      isPublic: false,
      ...more,
    },
  };
}

test('of a bucket that names an alias the key itself is watched, since findings name keys', () => {
  const { stack, analysis } = made();
  const keyArn = `arn:aws:kms:eu-west-1:${IRELAND.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
  analysis.watch(new s3.Bucket(stack, 'Named', { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn).addAlias('orders') }));
  expect(rulesOf(stack)[0].EventPattern.detail.resource).toContain(keyArn);
});

test('findings about what is watched reach people, and no others', async () => {
  const { stack, analysis } = made();
  const key = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${IRELAND.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`);
  analysis.watch(s3.Bucket.fromBucketAttributes(stack, 'Data', { bucketName: 'data', bucketArn: 'arn:aws:s3:::data', encryptionKey: key }));
  const [rule] = rulesOf(stack);
  const events: [string, object, boolean][] = [
    ['a bucket', finding('arn:aws:s3:::data'), true],
    ['its key', finding(key.keyArn), true],
    ['everybody', finding('arn:aws:s3:::data', { isPublic: true, principal: { AWS: '*' } }), true],
    ['access from inside, whatever it is called', finding('arn:aws:s3:::data', {}, 'Internal Access Finding'), true],
    ['one that is over', finding('arn:aws:s3:::data', { status: 'RESOLVED' }), false],
    ['one that is archived', finding('arn:aws:s3:::data', { status: 'ARCHIVED' }), false],
    ['one that is deleted', finding('arn:aws:s3:::data', { isDeleted: true }), false],
    ['another bucket', finding('arn:aws:s3:::data-2'), false],
    ['another service', { ...finding('arn:aws:s3:::data'), source: 'aws.macie' }, false],
  ];
  const found = await matching({ rule: JSON.parse(JSON.stringify(rule.EventPattern).replaceAll('{"Ref":"AWS::Partition"}', '"aws"')) as object },
    events.map(([, envelope]) => envelope));
  expect(events.map(([title], at) => [title, found[at].length > 0])).toEqual(events.map(([title, , heard]) => [title, heard]));
});

test('what cannot be analyzed is heard of as that, and not as access', async () => {
  const { stack, analysis } = made();
  analysis.watch(s3.Bucket.fromBucketName(stack, 'Data', 'data'));
  const plain = (rule: Rule) => JSON.parse(JSON.stringify(rule.EventPattern).replaceAll('{"Ref":"AWS::Partition"}', '"aws"').replaceAll(/\{"Fn::Join":\["",\["arn:","aws",":s3:::data"\]\]\}/g, '"arn:aws:s3:::data"')) as object;
  const [found] = rulesOf(stack);
  const [failed] = rulesOf(stack, true);
  // Neither a principal nor actions: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-error-findings.html
  const error = (code: string) => finding('arn:aws:s3:::data', { error: code, principal: undefined, action: undefined, isPublic: undefined });
  const events = [finding('arn:aws:s3:::data'), error('ACCESS_DENIED'), error('PRINCIPAL_LIMIT_EXCEEDED'), finding('arn:aws:s3:::data', { error: 'INTERNAL_ERROR', status: 'RESOLVED' })];
  expect(await matching({ found: plain(found), failed: plain(failed) }, events.map((event) => JSON.parse(JSON.stringify(event)) as object)))
    .toEqual([['found'], ['failed'], ['failed'], []]);
  for (const { InputTransformer: { InputTemplate: template } } of failed.Targets) {
    expect(template).toContain('#access-not-analyzed');
    expect(template).toContain('cannot be analyzed');
    expect(template).toContain('<error>');
  }
});

test('a message says what, who, and where to look, to people and in a chat', () => {
  const { stack, analysis } = made();
  analysis.watch(new SecureBucket(stack, 'Data'));
  const [{ Targets: targets }] = rulesOf(stack);
  for (const { InputTransformer: { InputPathsMap: paths, InputTemplate: template } } of targets) {
    const names = [...template.matchAll(/<(\w+)>/g)].map(([, name]) => name);
    expect(names.filter((name) => !(name in paths))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['resource', 'who', 'everybody', 'action', 'when']));
    expect(template).toContain('#access-found');
    for (const line of template.startsWith('{') ? [template] : template.split('\n')) { expect(() => { JSON.parse(line); }).not.toThrow(); }
  }
  expect(targets).toHaveLength(2);
});

test('nineteen buckets and a key take two rules, each within what a pattern may have', () => {
  const { stack, analysis } = made();
  const key = new RotatingS3Key(stack, 'Key');
  for (let at = 0; at < 19; at += 1) { analysis.watch(new SecureBucket(stack, `Data${at}`, { encryptionKey: key })); }
  const rules = rulesOf(stack);
  expect(rules.map(({ EventPattern }) => EventPattern.detail.resource.length)).toEqual([18, 2]);
  expect(new Set(rules.map(({ Name }) => Name)).size).toBe(2);
  expect(Math.max(...rules.map(({ Name }) => Name.length))).toBeLessThanOrEqual(64);
  const longest = { source: ['aws.access-analyzer'], detail: { status: ['ACTIVE'], isDeleted: [false], error: [{ exists: false }], resource: Array.from({ length: 18 }, () => 'x'.repeat(87)) } };
  expect(JSON.stringify(longest).length).toBeLessThan(2048);
});

test('two analyses with the same alarms have rules of their own, and a bucket counts once', () => {
  const { stack, alarms, analysis } = made();
  const data = new SecureBucket(stack, 'Data');
  analysis.watch(data);
  analysis.watch(data);
  analysis.watchKey(data.encryptionKey!);
  new KeyAccessAnalysis(stack, 'Other', { alarms, externalAccess: AccessAnalyzer.existing() }).watchKey(new RotatingS3Key(stack, 'Key'));
  expect(rulesOf(stack).map(({ EventPattern }) => EventPattern.detail.resource.length)).toEqual([2, 1]);
});

test('buckets of two stacks of one class are two', () => {
  class Data extends Stack { public readonly data = new SecureBucket(this, 'Data'); }
  const app = new App();
  const stack = new Stack(app, 'Security', { env: IRELAND });
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
  const analysis = new KeyAccessAnalysis(stack, 'Access', { alarms, externalAccess: AccessAnalyzer.existing() });
  for (const name of ['One', 'Two']) { analysis.watch(new Data(app, name, { env: IRELAND }).data); }
  expect(rulesOf(stack)[0].EventPattern.detail.resource).toHaveLength(4);
});

test('the analyzers that are made, and what they archive', () => {
  const { stack, analysis } = made({ internalAccess: AccessAnalyzer.make() });
  const data = new SecureBucket(stack, 'Data');
  analysis.watch(data);
  const template = Template.fromStack(stack);
  template.resourcePropertiesCountIs('AWS::AccessAnalyzer::Analyzer', { Type: 'ACCOUNT' }, 1);
  template.resourcePropertiesCountIs('AWS::AccessAnalyzer::Analyzer', { ArchiveRules: Match.absent() }, 2);
  template.hasResourceProperties('AWS::AccessAnalyzer::Analyzer', {
    Type: 'ACCOUNT_INTERNAL_ACCESS',
    AnalyzerConfiguration: {
      InternalAccessConfiguration: { InternalAccessAnalysisRule: { Inclusions: [{ ResourceArns: [stack.resolve(data.bucketArn)] }] } },
    },
  });
});

test('expected access is archived, unless it is open to everybody, and said', () => {
  const stack = testStack({ env: IRELAND });
  const data = new SecureBucket(stack, 'Data');
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
  const analysis = new KeyAccessAnalysis(stack, 'Access', {
    alarms,
    externalAccess: AccessAnalyzer.make(),
    expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'reports'), ExpectedAccess.toKey(data.encryptionKey!, OTHER_ACCOUNT, 'the key of the reports')],
  });
  analysis.watch(data);
  Template.fromStack(stack).hasResourceProperties('AWS::AccessAnalyzer::Analyzer', {
    ArchiveRules: [data.bucketArn, data.encryptionKey!.keyArn].flatMap((arn, at) => [
      // A role of another account may have the id of this one in its name.
      [`Expected${at + 1}Account`, { Eq: [OTHER_ACCOUNT] }] as const,
      [`Expected${at + 1}Principals`, { Contains: [`::${OTHER_ACCOUNT}:`] }] as const,
    ].map(([RuleName, principal]) => ({
      RuleName,
      Filter: [{ Property: 'resource', Eq: [stack.resolve(arn)] }, { Property: 'principal.AWS', ...principal }, { Property: 'isPublic', Eq: ['false'] }],
    }))),
  });
  expect(warningText(analysis, `cdk-s3-encryption:KeyAccessAnalysis.expected.Stack/Data.${OTHER_ACCOUNT}`)).toMatch(/Reason given: reports/);
});

test('no analyzer is assumed without a word', () => {
  const id = 'cdk-s3-encryption:KeyAccessAnalysis.analyzerAssumed';
  expect(warningIds(made({ externalAccess: undefined }).analysis)).toContain(id);
  expect(warningIds(made({ externalAccess: AccessAnalyzer.existing() }).analysis)).not.toContain(id);
});

test('a bucket whose key is not known is watched without it, and that is said', () => {
  const { stack, analysis } = made();
  analysis.watch(s3.Bucket.fromBucketName(stack, 'Imported', 'orders'));
  expect(warningIds(analysis)).toContain('cdk-s3-encryption:KeyAccessAnalysis.keyNotWatched');
});

describe('is refused', () => {
  test('internal access of keys alone', () => {
    const { stack, analysis } = made({ internalAccess: AccessAnalyzer.make() });
    analysis.watchKey(new RotatingS3Key(stack, 'Key'));
    expect(() => (stack.node.root as App).synth()).toThrow(/'internalAccess' analyzes buckets, and none is watched/);
  });

  test('alarms of another region, where no finding arrives', () => {
    const app = new App();
    const alarms = new EncryptionAlarms(new Stack(app, 'There', { env: { ...IRELAND, region: 'us-east-1' } }), 'Alarms', { notify: [Notify.email('security@example.com')] });
    expect(() => new KeyAccessAnalysis(new Stack(app, 'Here', { env: IRELAND }), 'Access', { alarms })).toThrow(/'alarms' must be in the account and region of this stack/);
  });

  test('a second analyzer of access from inside, of which an account has one', () => {
    const { stack, alarms, analysis } = made({ internalAccess: AccessAnalyzer.make() });
    analysis.watch(new SecureBucket(stack, 'Data'));
    expect(() => new KeyAccessAnalysis(stack, 'Other', { alarms, externalAccess: AccessAnalyzer.existing(), internalAccess: AccessAnalyzer.make() }))
      .toThrow(/'internalAccess' must be made once, since.*beside Stack\/Access\/InternalAccess: watch the bucket with the KeyAccessAnalysis Stack\/Access/);
  });

  test('nothing that is watched', () => {
    const { stack } = made();
    expect(() => (stack.node.root as App).synth()).toThrow(/nothing is watched, so nobody hears of any access.*NothingWatched/);
  });

  test.each<[string, RegExp, (analysis: KeyAccessAnalysis, stack: Stack) => void]>([
    ['a bucket of another region', /'bucket' must be in the region of the stack that watches it/, (analysis, stack) => {
      analysis.watch(s3.Bucket.fromBucketAttributes(stack, 'B', { bucketName: 'orders', region: 'us-east-1' }));
    }],
    ['a key by an alias', /'key' must be known by its ARN.*KeyByAlias/, (analysis, stack) => {
      analysis.watchKey(kms.Key.fromKeyArn(stack, 'K', 'arn:aws:kms:eu-west-1:111111111111:alias/orders'));
    }],
    ['internal access in China', /'internalAccess' must be left out in cn-north-1/, () => {
      const stack = testStack({ env: { ...IRELAND, region: 'cn-north-1' } });
      const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
      new KeyAccessAnalysis(stack, 'Access', { alarms, internalAccess: AccessAnalyzer.make() });
    }],
    ['an account that is none', /'accountId' must be the id of an account, 12 digits, got '12'/, (_, stack) => { ExpectedAccess.toBucket(new SecureBucket(stack, 'D'), '12', 'x'); }],
    ['no reason', /'because' must say why the access is expected/, (_, stack) => { ExpectedAccess.toKey(new RotatingS3Key(stack, 'D'), OTHER_ACCOUNT, ' '); }],
  ])('%s', (_, message, act) => {
    const { stack, analysis } = made();
    expect(() => { act(analysis, stack); }).toThrow(message);
  });
});

test('the name of a rule fits, however long the path is', () => {
  const stack = testStack({ env: IRELAND });
  const deep = new Construct(new Construct(stack, 'TheAccountBaselineOfThePlatformTeam'), 'WithOneMoreLevelInBetween');
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
  const analysis = new KeyAccessAnalysis(deep, 'KeyAccessAnalysisOfEveryBucket', { alarms, externalAccess: AccessAnalyzer.make() });
  for (let index = 0; index < 20; index += 1) { analysis.watchKey(new RotatingS3Key(stack, `Key${index}`)); }
  expect(rulesOf(stack)).toHaveLength(2);
  for (const { Name } of rulesOf(stack)) { expect(Name.length).toBeLessThanOrEqual(64); }
});

describe('the whole account', () => {
  const ofAccount = { status: ['ACTIVE'], isDeleted: [false], error: [{ exists: false }], resourceType: ['AWS::KMS::Key', 'AWS::S3::Bucket'] };

  test('is heard of by one rule, and needs nobody to be watched', async () => {
    const { stack, analysis } = made();
    analysis.watchAccount();
    analysis.watchAccount();
    const rules = rulesOf(stack);
    expect(rules.map(({ EventPattern }) => EventPattern.detail)).toEqual([ofAccount]);
    const events = [finding('arn:aws:s3:::any'), finding('arn:aws:iam::111122223333:role/any', { resourceType: 'AWS::IAM::Role' })];
    expect((await matching({ rule: rules[0]!.EventPattern }, events)).map((found) => found.length)).toEqual([1, 0]);
  });

  test('is heard of once, whatever was watched before and after', () => {
    const { stack, analysis } = made();
    for (let index = 0; index < 40; index += 1) { analysis.watchKey(new RotatingS3Key(stack, `Before${index}`)); }
    analysis.watchAccount();
    for (let index = 0; index < 40; index += 1) { analysis.watchKey(new RotatingS3Key(stack, `After${index}`)); }
    expect(rulesOf(stack).map(({ EventPattern }) => EventPattern.detail)).toEqual([ofAccount]);
    expect(rulesOf(stack, true).map(({ EventPattern }) => EventPattern.detail)).toEqual([{ ...ofAccount, error: [{ exists: true }] }]);
  });
});
