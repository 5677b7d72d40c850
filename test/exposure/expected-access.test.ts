import { Annotations, App, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_s3 as s3, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AccessAnalyzer, BaselineAccount, BaselineKeyAccess, EncryptionAccountBaseline, EncryptionAlarms, ExpectedAccess, KeyAccessAnalysis,
  type KeyAccessAnalysisOptions, Notify, S3EncryptionBaseline, SecureBucket,
} from '../../src';
import { agnosticStack, IRELAND, OTHER_ACCOUNT, role, testStack } from '../helpers/stack';
import { warningsBelow, warningText } from '../helpers/template';

const MAIL = Notify.email('security@example.com');

interface Rule { readonly RuleName: string; readonly AnalyzerName?: string; readonly Filter: unknown }

function of(stack: Stack, type: string): Record<string, unknown>[] {
  return Object.values(Template.fromStack(stack).findResources(type)).map(({ Properties }) => Properties as Record<string, unknown>);
}
/** The rules that are resources of their own. */
const rulesOf = (stack: Stack): Rule[] => of(stack, 'AWS::AccessAnalyzer::ArchiveRule') as unknown as Rule[];
/** The rules in analyzers of one type. */
const inlineOf = (stack: Stack, type: string = 'ACCOUNT'): Rule[] => of(stack, 'AWS::AccessAnalyzer::Analyzer')
  .filter(({ Type }) => Type === type).flatMap(({ ArchiveRules }) => (ArchiveRules ?? []) as Rule[]);

function home(stack: Stack = testStack({ env: IRELAND })) {
  const data = new SecureBucket(stack, 'Data');
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [MAIL] });
  const analysis = (id: string, options: KeyAccessAnalysisOptions): KeyAccessAnalysis => {
    const made = new KeyAccessAnalysis(stack, id, { alarms, ...options });
    made.watch(data);
    return made;
  };
  return { stack, data, alarms, analysis };
}

const named = (stack: Stack, arn: string, principal: object): object => ({
  'resource': { Eq: [stack.resolve(arn)] }, 'principal.AWS': principal, 'isPublic': { Eq: ['false'] },
});

describe('with an analyzer that is there, by its name', () => {
  test('access from outside is archived by rules of this stack, unless it is open to everybody', () => {
    const { stack, data, analysis } = home();
    const expected = [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'reports'), ExpectedAccess.toKey(data.encryptionKey!, OTHER_ACCOUNT, 'its key')];
    const made = analysis('Access', { externalAccess: AccessAnalyzer.existing('of.the_account-1'), expected });
    const addr = made.node.addr.slice(-8);
    expect(rulesOf(stack)).toEqual([data.bucketArn, data.encryptionKey!.keyArn].flatMap((arn, at) => [
      { RuleName: `Stack-Expected${at + 1}Account-${addr}`, Filter: named(stack, arn, { Eq: [OTHER_ACCOUNT] }) },
      { RuleName: `Stack-Expected${at + 1}Principals-${addr}`, Filter: named(stack, arn, { Contains: [`::${OTHER_ACCOUNT}:`] }) },
    ].map((rule) => ({ AnalyzerName: 'of.the_account-1', ...rule }))));
    expect(of(stack, 'AWS::AccessAnalyzer::Analyzer')).toEqual([]);
    expect(warningText(made, `cdk-s3-encryption:KeyAccessAnalysis.expected.Stack/Data.${OTHER_ACCOUNT}`))
      .toBe(`nobody hears that account ${OTHER_ACCOUNT} can reach Stack/Data. Reason given: reports`);
  });

  test('rules of analyses and stacks that share it never have the same name, and the same ones every time', () => {
    const names = () => {
      const app = new App();
      return ['One', 'Two'].flatMap((id) => {
        const { stack, data, analysis } = home(new Stack(app, id, { env: IRELAND }));
        for (const name of ['Access', 'More']) {
          analysis(name, { externalAccess: AccessAnalyzer.existing('shared'), expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'x')] });
        }
        return stack;
      }).flatMap((stack) => rulesOf(stack).map(({ RuleName }) => RuleName));
    };
    const found = names();
    expect(new Set(found).size).toBe(8);
    expect(names()).toEqual(found);
    for (const name of found) { expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_.-]{0,254}$/); }
  });

  test('one path deployed as two stacks makes rules of two names', () => {
    const namesIn = (stackName: string) => {
      const { stack, data, analysis } = home(new Stack(new App(), 'Stack', { env: IRELAND, stackName }));
      analysis('Access', { externalAccess: AccessAnalyzer.existing('shared'), expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'x')] });
      return rulesOf(stack).map(({ RuleName }) => RuleName);
    };
    expect(new Set([...namesIn('orders-test'), ...namesIn('orders-prod')]).size).toBe(4);
  });

  test('a name may be known at deployment only', () => {
    const { stack, data, analysis } = home(agnosticStack());
    const name = new CfnParameter(stack, 'AnalyzerName').valueAsString;
    analysis('Access', { externalAccess: AccessAnalyzer.existing(name), expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'x')] });
    expect(rulesOf(stack).map(({ AnalyzerName }) => AnalyzerName)).toEqual([{ Ref: 'AnalyzerName' }, { Ref: 'AnalyzerName' }]);
  });

  test.each(['', '1st', 'a/b', 'x'.repeat(256)])('%p is no name', (name) => {
    expect(() => AccessAnalyzer.existing(name)).toThrow(/'analyzerName' must be the name of an analyzer/);
  });
});

describe('with an analyzer that another analysis of the stack makes', () => {
  const sharing: [string, AccessAnalyzer | undefined][] = [['nothing said about it', undefined], ['one that is there', AccessAnalyzer.existing()]];

  test.each(sharing)('access from outside is archived by that, whichever is made first: %s', (_, externalAccess) => {
    const filters = (order: string[]) => {
      const { stack, data, analysis } = home();
      for (const id of order) {
        const expected = [ExpectedAccess.toBucket(data, id === 'Own' ? OTHER_ACCOUNT : '333333333333', id)];
        analysis(id, { externalAccess: id === 'Own' ? AccessAnalyzer.make() : externalAccess, expected });
      }
      expect(rulesOf(stack)).toEqual([]);
      const rules = inlineOf(stack);
      expect(rules.filter(({ RuleName }) => !RuleName.includes('-')).map(({ RuleName }) => RuleName)).toEqual(['Expected1Account', 'Expected1Principals']);
      expect(new Set(rules.map(({ RuleName }) => RuleName)).size).toBe(4);
      return rules.map((rule) => JSON.stringify(rule)).sort();
    };
    const ofOrder = filters(['Own', 'Other']);
    expect(filters(['Other', 'Own'])).toEqual(ofOrder);
    expect(ofOrder.filter((rule) => rule.includes('333333333333'))).toHaveLength(2);
  });

  test('an analyzer of another stack does not count', () => {
    const app = new App();
    home(new Stack(app, 'There', { env: IRELAND })).analysis('Access', { externalAccess: AccessAnalyzer.make() });
    const { data, analysis } = home(new Stack(app, 'Here', { env: IRELAND }));
    analysis('Access', { expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'x')] });
    expect(() => app.synth()).toThrow(/whose name is not known: give externalAccess: AccessAnalyzer\.existing\('name'\).*AnalyzerElsewhere at Here\/Access/s);
  });
});

describe('access from inside', () => {
  const inside = (stack: Stack, bucket: s3.IBucket, arn: unknown): object => [
    { Property: 'resource', Eq: [stack.resolve(bucket.bucketArn)] }, { Property: 'principal.AWS', Eq: [arn] },
  ];

  test('is archived by the analyzer of internal access that is made, and there alone', () => {
    const { stack, data, analysis } = home();
    const reader = role(stack, 'Reader');
    const job = new lambda.Function(stack, 'Job', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline('//') });
    const made = analysis('Access', {
      externalAccess: AccessAnalyzer.make(),
      internalAccess: AccessAnalyzer.make(),
      expected: [
        ExpectedAccess.internalToBucket(data, reader, 'it makes the reports'),
        ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'the partner'),
        ExpectedAccess.internalToBucket(data, job, 'it cleans up'),
        ExpectedAccess.internalToBucket(data, new iam.ArnPrincipal(`arn:aws:iam::${IRELAND.account}:user/ops/anna`), 'she looks'),
      ],
    });
    expect(inlineOf(stack, 'ACCOUNT_INTERNAL_ACCESS')).toEqual([
      stack.resolve(reader.roleArn), stack.resolve(job.role!.roleArn), `arn:aws:iam::${IRELAND.account}:user/ops/anna`,
    ].map((arn, at) => ({ RuleName: `ExpectedInternal${at + 1}`, Filter: inside(stack, data, arn) })));
    expect(inlineOf(stack).map(({ RuleName }) => RuleName)).toEqual(['Expected1Account', 'Expected1Principals']);
    const texts = warningsBelow(made).map(({ text }) => text);
    for (const who of ['Stack/Reader', 'Stack/Job', `"arn:aws:iam::${IRELAND.account}:user/ops/anna"`]) {
      expect(texts.filter((text) => text.startsWith(`nobody hears that ${who} can reach Stack/Data from inside. Reason given: `))).toHaveLength(1);
    }
  });

  test('is archived by the one that is there, by its name', () => {
    const { stack, data, analysis } = home();
    const reader = role(stack, 'Reader');
    const made = analysis('Access', {
      externalAccess: AccessAnalyzer.existing('outside'),
      internalAccess: AccessAnalyzer.existing('inside'),
      expected: [
        ExpectedAccess.internalToBucket(data, reader, 'reports'), ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'the partner'),
      ],
    });
    const [rule, ...others] = rulesOf(stack);
    expect(rule).toEqual({
      AnalyzerName: 'inside',
      RuleName: `Stack-ExpectedInternal1-${made.node.addr.slice(-8)}`,
      Filter: { 'resource': { Eq: [stack.resolve(data.bucketArn)] }, 'principal.AWS': { Eq: [stack.resolve(reader.roleArn)] } },
    });
    expect(others.map(({ AnalyzerName }) => AnalyzerName)).toEqual(['outside', 'outside']);
  });

  test('of an organization has principals of its other accounts, and buckets that are not watched here', () => {
    const { stack, analysis } = home();
    const data = new SecureBucket(stack, 'Other');
    analysis('Access', {
      externalAccess: AccessAnalyzer.existing(),
      internalAccess: AccessAnalyzer.existing('inside'),
      expected: [
        ExpectedAccess.internalToBucket(data, new iam.ArnPrincipal(`arn:aws:iam::${OTHER_ACCOUNT}:role/reports`), 'reports'),
      ],
    });
    expect(rulesOf(stack)).toHaveLength(1);
  });

  test.each<[string, RegExp, (stack: Stack, bucket: s3.IBucket) => iam.IGrantable]>([
    ['a pattern', /'grantee' must be one IAM role or user, got the pattern/, () => new iam.ArnPrincipal(`arn:aws:iam::${IRELAND.account}:role/*`)],
    ['everybody', /'grantee' takes IAM roles and users/, () => new iam.AnyPrincipal()],
    ['an account', /'grantee' takes IAM roles and users/, () => new iam.AccountRootPrincipal()],
    ['a service', /'grantee' takes IAM roles and users/, () => new iam.ServicePrincipal('lambda.amazonaws.com')],
    ['a group', /'grantee' takes IAM roles and users/, (stack) => new iam.Group(stack, 'Group')],
    ['a session', /'grantee' takes IAM roles and users/, () => new iam.ArnPrincipal(`arn:aws:sts::${IRELAND.account}:assumed-role/a/b`)],
    ['conditions', /with some: they could not be kept/, (stack) => new iam.PrincipalWithConditions(role(stack), { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
  ])('is refused of %s', (_, message, grantee) => {
    const { stack, data } = home();
    expect(() => ExpectedAccess.internalToBucket(data, grantee(stack, data), 'x')).toThrow(message);
  });

  test('takes a reason', () => {
    const { stack, data } = home();
    expect(() => ExpectedAccess.internalToBucket(data, role(stack), ' ')).toThrow(/'because' must say why/);
  });
});

describe('what nobody would archive is refused', () => {
  test.each<[string, KeyAccessAnalysisOptions]>([
    ['one that is there without its name', { externalAccess: AccessAnalyzer.existing() }],
    ['none that is known', {}],
    ['one of internal access', { internalAccess: AccessAnalyzer.existing('inside') }],
  ])('access from outside with %s', (_, options) => {
    const { stack, data, analysis } = home();
    analysis('Access', { ...options, expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'x')] });
    expect(() => (stack.node.root as App).synth()).toThrow(/'expected' is archived by the analyzer.*give externalAccess: AccessAnalyzer\.existing\('name'\).*AnalyzerElsewhere/);
  });

  test.each<[string, KeyAccessAnalysisOptions, RegExp]>([
    ['none', { externalAccess: AccessAnalyzer.make() }, /got none: give internalAccess: AccessAnalyzer\.existing\('name'\) or/],
    ['one that is there without its name', { externalAccess: AccessAnalyzer.existing('outside'), internalAccess: AccessAnalyzer.existing() }, /got one whose name is not known: give internalAccess/],
  ])('access from inside with %s', (_, options, message) => {
    const { stack, data, analysis } = home();
    expect(() => analysis('Access', { ...options, expected: [ExpectedAccess.internalToBucket(data, role(stack), 'x')] })).toThrow(message);
  });

  test('access from inside to a bucket that the analyzer made here does not analyze', () => {
    const { stack, analysis } = home();
    const other = new SecureBucket(stack, 'Other');
    const internalAccess = AccessAnalyzer.make();
    const made = analysis('Access', { externalAccess: AccessAnalyzer.existing(), internalAccess, expected: [ExpectedAccess.internalToBucket(other, role(stack), 'x')] });
    expect(() => (stack.node.root as App).synth()).toThrow(/'expected' has access from inside to Stack\/Other, which the analyzer that is made here does not analyze/);
    made.watch(other);
    expect(() => (stack.node.root as App).synth({ force: true })).not.toThrow();
  });

  test('access from inside of another account, where the analyzer made here is of this one', () => {
    const { data, analysis } = home();
    const theirs = new iam.ArnPrincipal(`arn:aws:iam::${OTHER_ACCOUNT}:role/reports`);
    expect(() => analysis('Access', { internalAccess: AccessAnalyzer.make(), expected: [ExpectedAccess.internalToBucket(data, theirs, 'x')] }))
      .toThrow(/which is not of 111111111111, and an analyzer of that account finds its own principals only: give ExpectedAccess\.toBucket\(\) with 222222222222/);
  });

  test.each([['known', testStack({ env: IRELAND })], ['known at deployment only', agnosticStack()]])('access from outside of the account itself, %s', (_, stack) => {
    const { data, analysis } = home(stack);
    expect(() => analysis('Access', { externalAccess: AccessAnalyzer.make(), expected: [ExpectedAccess.toBucket(data, stack.account, 'x')] }))
      .toThrow(/'expected' has access of another account to Stack\/Data, got the account of this stack itself/);
  });
});

describe('what is expected later', () => {
  test('is archived as what was expected from the beginning', () => {
    const template = (later: boolean) => {
      const { stack, data, analysis } = home();
      const expected = [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'x'), ExpectedAccess.internalToBucket(data, role(stack), 'y')];
      const made = analysis('Access', { externalAccess: AccessAnalyzer.existing('outside'), internalAccess: AccessAnalyzer.make(), expected: later ? [] : expected });
      if (later) { expected.forEach((one) => { made.expect(one); }); }
      return Template.fromStack(stack).toJSON();
    };
    expect(template(true)).toEqual(template(false));
  });

  test('account ids may be tokens', () => {
    const { stack, data, analysis } = home();
    analysis('Access', { externalAccess: AccessAnalyzer.make() }).expect(ExpectedAccess.toBucket(data, Lazy.uncachedString({ produce: () => OTHER_ACCOUNT }), 'x'));
    expect(JSON.stringify(inlineOf(stack))).toContain(`["::${OTHER_ACCOUNT}:"]`);
  });
});

describe('in a baseline', () => {
  test('its bucket is made before what is expected of it', () => {
    const stack = testStack({ env: IRELAND });
    const baseline = new S3EncryptionBaseline(stack, 'Orders', {
      notify: [MAIL], keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing('of-the-account') }),
    });
    baseline.keyAccess?.expect(ExpectedAccess.toBucket(baseline.bucket, OTHER_ACCOUNT, 'the partner'));
    expect(rulesOf(stack).map(({ AnalyzerName }) => AnalyzerName)).toEqual(['of-the-account', 'of-the-account']);
  });

  test('of a bucket that is there, options say it', () => {
    const stack = testStack({ env: IRELAND });
    const data = new SecureBucket(stack, 'Data');
    S3EncryptionBaseline.forBucket(data, {
      notify: [MAIL],
      keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing('of-the-account'), expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'x')] }),
    });
    expect(rulesOf(stack)).toHaveLength(2);
  });

  test.each<[string, AccessAnalyzer, number, number]>([
    ['by its name', AccessAnalyzer.existing('of-the-account'), 2, 0], ['made', AccessAnalyzer.make(), 0, 2],
  ])('the analyzer of the account baseline serves those that have an analysis of their own: %s', (_, externalAccess, own, inline) => {
    const stack = testStack({ env: IRELAND });
    const account = new EncryptionAccountBaseline(stack, 'EncryptionAccountBaseline', { notify: [MAIL], keyAccess: BaselineKeyAccess.make({ externalAccess }) });
    account.watchAccount();
    const data = new SecureBucket(stack, 'Data');
    S3EncryptionBaseline.forBucket(data, { notify: [MAIL], keyAccess: BaselineKeyAccess.make({ expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'x')] }) });
    expect([rulesOf(stack).length, inlineOf(stack).length]).toEqual([own, inline]);
  });

  test('the shared analysis expects for all of them', () => {
    const stack = testStack({ env: IRELAND });
    new EncryptionAccountBaseline(stack, 'EncryptionAccountBaseline', {
      notify: [MAIL], keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing('of-the-account') }),
    });
    for (const id of ['Orders', 'Bills']) {
      const { bucket, keyAccess } = new S3EncryptionBaseline(stack, id, { notify: [MAIL] });
      keyAccess?.expect(ExpectedAccess.toBucket(bucket, OTHER_ACCOUNT, 'the partner'));
    }
    expect(new Set(rulesOf(stack).map(({ RuleName }) => RuleName)).size).toBe(4);
  });

  test('an account baseline of another stack archives what its analysis expects, in its own', () => {
    const app = new App();
    const [platform, orders] = ['Platform', 'Orders'].map((id) => new Stack(app, id, { env: IRELAND }));
    const account = new EncryptionAccountBaseline(platform, 'Account', {
      notify: [MAIL], keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make(), internalAccess: AccessAnalyzer.make() }),
    });
    const { bucket, keyAccess } = new S3EncryptionBaseline(orders, 'Orders', { notify: [MAIL], account: BaselineAccount.use(account) });
    keyAccess?.expect(ExpectedAccess.toBucket(bucket, OTHER_ACCOUNT, 'the partner'));
    keyAccess?.expect(ExpectedAccess.internalToBucket(bucket, role(orders, 'Reader'), 'it reads'));
    app.synth(); // without stacks that wait for each other
    expect([inlineOf(platform).length, inlineOf(platform, 'ACCOUNT_INTERNAL_ACCESS').length]).toEqual([2, 1]);
  });
});

describe('what no analyzer would archive is refused or put right', () => {
  test('an alias is followed to its key, which findings name', () => {
    const { stack, data, analysis } = home();
    analysis('Access', { externalAccess: AccessAnalyzer.existing('account'), expected: [ExpectedAccess.toKey(data.encryptionKey!.addAlias('orders'), OTHER_ACCOUNT, 'x')] });
    expect(rulesOf(stack)[0].Filter).toEqual(named(stack, data.encryptionKey!.keyArn, { Eq: [OTHER_ACCOUNT] }));
    expect(() => ExpectedAccess.toKey(kms.Alias.fromAliasName(stack, 'Alias', 'alias/orders'), OTHER_ACCOUNT, 'x')).toThrow(/'key' must be known by its ARN, got "alias\/orders"/);
  });

  test.each<[string, AccessAnalyzer, string, boolean]>([
    ['another region', AccessAnalyzer.make(), `arn:aws:kms:us-east-1:${IRELAND.account}:key/a`, true],
    ['another account', AccessAnalyzer.make(), `arn:aws:kms:eu-west-1:${OTHER_ACCOUNT}:key/a`, true],
    ['another region, by name', AccessAnalyzer.existing('organization'), `arn:aws:kms:us-east-1:${IRELAND.account}:key/a`, true],
    ['another account, by the name of an analyzer that may be of the organization', AccessAnalyzer.existing('organization'), `arn:aws:kms:eu-west-1:${OTHER_ACCOUNT}:key/a`, false],
  ])('a key of %s', (_, externalAccess, arn, isRefused) => {
    const { stack, analysis } = home();
    const expected = [ExpectedAccess.toKey(kms.Key.fromKeyArn(stack, 'Key', arn), '333333333333', 'x')];
    const act = () => analysis('Access', { externalAccess, expected });
    if (isRefused) { expect(act).toThrow(/'expected' must be in the (account|region) of the stack that watches it/); } else { expect(act).not.toThrow(); }
  });

  test('more than an analyzer takes', () => {
    const many = (count: number) => {
      const { stack, data, analysis } = home();
      const made = analysis('Access', { externalAccess: AccessAnalyzer.make() });
      for (let at = 0; at < count; at += 1) { made.expect(ExpectedAccess.toBucket(data, String(200000000000 + at), 'x')); }
      return inlineOf(stack);
    };
    expect(many(50)).toHaveLength(100);
    expect(() => many(51)).toThrow(/'expected' makes 102 archive rules.*an analyzer takes 100/);
  });
});

test('who acknowledges one access hears of the next', () => {
  const { stack, data, analysis } = home();
  const made = analysis('Access', {
    externalAccess: AccessAnalyzer.make(),
    internalAccess: AccessAnalyzer.make(),
    expected: [ExpectedAccess.toBucket(data, OTHER_ACCOUNT, 'a'), ExpectedAccess.internalToBucket(data, role(stack, 'Reader'), 'b')],
  });
  Annotations.of(made).acknowledgeWarning(`cdk-s3-encryption:KeyAccessAnalysis.expected.Stack/Data.${OTHER_ACCOUNT}`, 'known');
  made.expect(ExpectedAccess.toBucket(data, '333333333333', 'c'));
  expect(warningsBelow(made).map(({ text }) => text).filter((text) => text.startsWith('nobody hears'))).toEqual([
    'nobody hears that Stack/Reader can reach Stack/Data from inside. Reason given: b', 'nobody hears that account 333333333333 can reach Stack/Data. Reason given: c',
  ]);
});

test('an account that is known on deployment only is said as what it is', () => {
  const { stack, data, analysis } = home();
  const partner = new CfnParameter(stack, 'Partner').valueAsString;
  const made = analysis('Access', { externalAccess: AccessAnalyzer.make(), expected: [ExpectedAccess.toBucket(data, partner, 'a')] });
  expect(warningsBelow(made).map(({ text }) => text)).toContain('nobody hears that account {"Ref":"Partner"} can reach Stack/Data. Reason given: a');
});
