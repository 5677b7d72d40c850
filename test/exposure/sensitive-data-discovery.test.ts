import { App, aws_kms as kms, aws_macie as macie, aws_s3 as s3, CfnResource, NestedStack, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AutomatedDiscovery, DayOfWeek, DiscoveryJob, EncryptionAlarms, FindingPublishingFrequency, MacieAllowList, MacieSession, MacieSeverity, Notify,
  RotatingS3Key, SecureBucket, SensitiveDataDiscovery, type SensitiveDataDiscoveryProps,
} from '../../src';
import { agnosticStack, IRELAND, OTHER_ACCOUNT, testStack } from '../helpers/stack';
import { logicalIdOf, resourcesOf, type Statement, warningIds, warningText } from '../helpers/template';
import { matching } from '../monitoring/matching/ruler';

const notify = [Notify.email('security@example.com'), Notify.slack({ workspaceId: 'T1', channelId: 'C1' })];

function made(props: Partial<SensitiveDataDiscoveryProps> = {}, stack: Stack = testStack({ env: IRELAND })) {
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify });
  const discovery = new SensitiveDataDiscovery(stack, 'Discovery', { alarms, ...props });
  return { stack, alarms, discovery };
}

interface Rule {
  readonly Name: string;
  readonly EventPattern: { readonly source: string[]; readonly detail: { readonly severity: { description: string[] } } };
  readonly Targets: { readonly InputTransformer: { readonly InputPathsMap: Record<string, string>; readonly InputTemplate: string } }[];
}
const rulesOf = (stack: Stack): Rule[] => Object.values(resourcesOf(stack, 'AWS::Events::Rule'))
  .map(({ Properties }) => Properties as Rule).filter(({ EventPattern }) => EventPattern.source[0] === 'aws.macie');

/** What the function gets, with references as `{LogicalId}`. */
function settingsOf(stack: Stack): { job: Record<string, unknown>; maximum: unknown; dependsOn: readonly string[] } {
  const [{ Properties: properties, DependsOn: dependsOn = [] }] = Object.values(resourcesOf(stack, 'Custom::MacieClassificationJob'));
  const { Settings: settings } = properties as { Settings: string | { 'Fn::Join': [string, (string | { 'Ref'?: string; 'Fn::GetAtt'?: string[] })[]] } };
  const text = typeof settings === 'string' ? settings
    : settings['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : `{${part.Ref ?? part['Fn::GetAtt']!.join('.')}}`)).join('');
  return { job: JSON.parse(text) as Record<string, unknown>, maximum: properties.MaximumGigabytes, dependsOn };
}

const policyOf = (stack: Stack, key: RotatingS3Key | kms.IKey): Statement[] => {
  const { [logicalIdOf(key)]: { Properties } } = resourcesOf(stack, 'AWS::KMS::Key');
  return (Properties.KeyPolicy as { Statement: Statement[] }).Statement.filter(({ Principal }) => JSON.stringify(Principal).includes('macie'));
};

/** https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html */
function finding(bucket: string, description: string, type: string = 'SensitiveData:S3Object/Personal'): object {
  return {
    'version': '0',
    'id': '0948ba87-d3b8-c6d4-f2da-732a1example',
    'detail-type': 'Macie Finding',
    'source': 'aws.macie',
    'account': IRELAND.account,
    'time': '2026-11-20T10:00:00Z',
    'region': 'eu-west-1',
    'resources': [],
    'detail': {
      schemaVersion: '1.0',
      id: '64b917aa-3843-014c-91d8-937ffexample',
      accountId: IRELAND.account,
      type,
      title: 'The S3 object contains personal information.',
      severity: { score: 3, description },
      archived: false,
      resourcesAffected: { s3Bucket: { arn: `arn:aws:s3:::${bucket}`, name: bucket, owner: { displayName: 'x' } }, s3Object: { path: `${bucket}/list.csv`, size: '56900' } },
    },
  };
}

describe('findings', () => {
  const PUBLIC = 'Policy:IAMUser/S3BucketPublic';
  // Low, says AWS: https://docs.aws.amazon.com/macie/latest/user/findings-severity.html
  const UNENCRYPTED = 'Policy:IAMUser/S3BucketEncryptionDisabled';
  const events: [title: string, event: object, low: string[], medium: string[], high: string[]][] = [
    ['high', finding('data', 'High'), ['sensitive-high'], ['sensitive-high'], ['sensitive-high']],
    ['medium', finding('data', 'Medium'), ['sensitive-medium'], ['sensitive-medium'], []],
    ['low', finding('data', 'Low'), ['sensitive-medium'], [], []],
    ['a bucket that is public', finding('data', 'High', PUBLIC), ['macie-high'], ['macie-high'], ['macie-high']],
    ['a bucket shared with CloudFront', finding('data', 'Medium', 'Policy:IAMUser/S3BucketSharedWithCloudFront'), ['macie-medium'], ['macie-medium'], ['macie-medium']],
    ['a bucket that lost its encryption', finding('data', 'Low', UNENCRYPTED), ['macie-medium'], ['macie-medium'], ['macie-medium']],
    ['another bucket', finding('data-2', 'High'), [], [], []],
    ['another service', { ...finding('data', 'High'), source: 'aws.access-analyzer' }, [], [], []],
    ['another kind of event', { ...finding('data', 'High'), 'detail-type': 'AWS API Call via CloudTrail' }, [], [], []],
  ];

  test.each([[MacieSeverity.LOW, 2], [MacieSeverity.MEDIUM, 3], [MacieSeverity.HIGH, 4]] as const)('from %s reach people, about what is watched', async (minimumSeverity, column) => {
    const { stack, discovery } = made({ minimumSeverity });
    discovery.watch(s3.Bucket.fromBucketName(stack, 'Data', 'data'));
    const patterns = Object.fromEntries(rulesOf(stack).map(({ Name, EventPattern }) => [/(sensitive|macie)-.*-(high|medium)/.exec(Name)!.slice(1).join('-'), EventPattern]));
    expect(await matching(patterns, events.map(([, event]) => event))).toEqual(events.map((row) => row[column]));
  });

  test('of sensitive data are heard of from medium on, where nobody says more, and of a bucket all', () => {
    const { stack, discovery } = made();
    discovery.watch(new SecureBucket(stack, 'Data'));
    const heard = (kind: string) => rulesOf(stack).filter(({ Name }) => Name.includes(kind))
      .flatMap(({ EventPattern }) => EventPattern.detail.severity.description).sort();
    expect(heard('sensitive-data-found')).toEqual(['High', 'Medium']);
    expect(heard('macie-policy-finding')).toEqual(['High', 'Low', 'Medium']);
  });

  test('say which bucket, what, and where to look, to people and in a chat', () => {
    const { stack, discovery } = made();
    discovery.watch(new SecureBucket(stack, 'Data'));
    for (const { Targets: targets, Name: ruleName } of rulesOf(stack)) {
      expect(targets).toHaveLength(2);
      for (const { InputTransformer: { InputPathsMap: paths, InputTemplate: template } } of targets) {
        const names = [...template.matchAll(/<(\w+)>/g)].map(([, name]) => name);
        expect(names.filter((name) => !(name in paths))).toEqual([]);
        expect(names).toEqual(expect.arrayContaining(['bucket', 'what', 'type', 'rated', 'owner', 'finding', 'when']));
        expect(template).toContain(ruleName.includes('sensitive') ? '#sensitive-data-found' : '#macie-policy-finding');
        for (const line of template.startsWith('{') ? [template] : template.split('\n')) { expect(() => { JSON.parse(line); }).not.toThrow(); }
      }
    }
  });

  test('about 26 buckets take two rules of each kind, with short names, each within what a pattern may have', () => {
    const { stack, discovery } = made();
    for (let at = 0; at < 26; at += 1) { discovery.watch(s3.Bucket.fromBucketName(stack, `Data${at}`, `${'x'.repeat(60)}-${at}`.slice(-63))); }
    const rules = rulesOf(stack);
    expect(rules).toHaveLength(8);
    expect(new Set(rules.map(({ Name }) => Name)).size).toBe(8);
    expect(Math.max(...rules.map(({ Name }) => Name.length))).toBeLessThanOrEqual(64);
    expect(Math.max(...rules.map(({ EventPattern }) => JSON.stringify(EventPattern).length))).toBeLessThan(2048);
  });
});

describe('the job', () => {
  test('is once, over all that is watched, with a maximum', () => {
    const { stack, discovery } = made();
    const data = new SecureBucket(stack, 'Data');
    discovery.watch(data);
    discovery.watch(data);
    discovery.watch(s3.Bucket.fromBucketName(stack, 'Imported', 'orders'));
    const { job, maximum } = settingsOf(stack);
    expect(job).toEqual({
      jobType: 'ONE_TIME',
      samplingPercentage: 100,
      description: 'SensitiveDataDiscovery Stack/Discovery',
      s3JobDefinition: { bucketDefinitions: [{ accountId: IRELAND.account, buckets: expect.arrayContaining([`{${logicalIdOf(data)}}`, 'orders']) }] },
    });
    expect(maximum).toBe(100);
  });

  test.each<[string, DiscoveryJob, object, number | undefined]>([
    ['daily', DiscoveryJob.daily(), { jobType: 'SCHEDULED', initialRun: false, scheduleFrequency: { dailySchedule: {} } }, undefined],
    ['weekly', DiscoveryJob.weekly({ dayOfWeek: DayOfWeek.MONDAY }), { scheduleFrequency: { weeklySchedule: { dayOfWeek: 'MONDAY' } } }, undefined],
    ['monthly', DiscoveryJob.monthly({ dayOfMonth: 28, existingObjects: true }), { initialRun: true, scheduleFrequency: { monthlySchedule: { dayOfMonth: 28 } } }, 100],
    ['of a sample', DiscoveryJob.once({ samplingPercentage: 5, maximumGigabytes: 7, customDataIdentifierIds: ['id'] }), { samplingPercentage: 5, customDataIdentifierIds: ['id'] }, 7],
    ['of some objects', DiscoveryJob.once({ prefixes: ['in/', 'raw/'], extensions: ['csv'], exceptExtensions: ['png', 'jpg'], exceptPrefixes: ['in/a', 'in/b'], maximumObjectSize: Size.mebibytes(1) }), {
      s3JobDefinition: expect.objectContaining({
        scoping: {
          includes: {
            and: [
              { simpleScopeTerm: { key: 'OBJECT_KEY', comparator: 'STARTS_WITH', values: ['in/', 'raw/'] } },
              { simpleScopeTerm: { key: 'OBJECT_EXTENSION', comparator: 'EQ', values: ['csv'] } },
              { simpleScopeTerm: { key: 'OBJECT_EXTENSION', comparator: 'NE', values: ['png'] } },
              { simpleScopeTerm: { key: 'OBJECT_EXTENSION', comparator: 'NE', values: ['jpg'] } },
              { simpleScopeTerm: { key: 'OBJECT_SIZE', comparator: 'LTE', values: ['1048576'] } },
            ],
          },
          excludes: { and: [{ simpleScopeTerm: { key: 'OBJECT_KEY', comparator: 'STARTS_WITH', values: ['in/a', 'in/b'] } }] },
        },
      }),
    }, 100],
  ])('%s', (_, job, expected, maximum) => {
    const { stack, discovery } = made({ job });
    discovery.watch(new SecureBucket(stack, 'Data'));
    expect(settingsOf(stack)).toMatchObject({ job: expected, maximum });
  });

  test('is not made where automated discovery looks', () => {
    const { stack, discovery } = made({ job: DiscoveryJob.none(), automatedDiscovery: AutomatedDiscovery.existing() });
    discovery.watch(new SecureBucket(stack, 'Data'));
    const template = Template.fromStack(stack);
    template.resourceCountIs('Custom::MacieClassificationJob', 0);
    template.hasResourceProperties('Custom::MacieAutomatedDiscovery', { Enable: 'false' });
  });

  test('keeps to the bucket of another account, which has to be administered from here', () => {
    const { stack, discovery } = made();
    const theirs = s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', account: OTHER_ACCOUNT, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${OTHER_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`) });
    discovery.watch(new SecureBucket(stack, 'Data'));
    discovery.watch(theirs);
    expect((settingsOf(stack).job as { s3JobDefinition: { bucketDefinitions: object[] } }).s3JobDefinition.bucketDefinitions).toContainEqual({ accountId: OTHER_ACCOUNT, buckets: ['theirs'] });
    expect(warningIds(discovery)).toContain('cdk-s3-encryption:SensitiveDataDiscovery.otherAccount.Stack/Theirs');
    expect(warningText(discovery, 'cdk-s3-encryption:ImportedKey.ownerMustAddStatement')).toContain(`${OTHER_ACCOUNT}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie`);
  });

  test('is the same in whichever order buckets are watched', () => {
    const settings = [(all: s3.IBucket[]) => all, (all: s3.IBucket[]) => [...all].reverse()].map((order) => {
      const { stack, discovery } = made();
      const buckets = [
        new SecureBucket(stack, 'Data'), new SecureBucket(stack, 'More'), s3.Bucket.fromBucketName(stack, 'Imported', 'orders'),
        s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', account: OTHER_ACCOUNT }),
        s3.Bucket.fromBucketAttributes(stack, 'Also', { bucketName: 'also-theirs', account: OTHER_ACCOUNT }),
      ];
      for (const bucket of order(buckets)) { discovery.watch(bucket); }
      return settingsOf(stack).job as { s3JobDefinition: { bucketDefinitions: { buckets: string[] }[] } };
    });
    expect(settings[1]).toEqual(settings[0]);
    expect(settings[0].s3JobDefinition.bucketDefinitions.map(({ buckets }) => buckets.length).sort()).toEqual([2, 3]);
  });

  test('takes buckets of an unknown environment for those of one account', () => {
    const { stack, discovery } = made({}, agnosticStack());
    discovery.watch(new SecureBucket(stack, 'Data'));
    discovery.watch(s3.Bucket.fromBucketName(stack, 'Imported', 'orders'));
    const { job } = settingsOf(stack);
    expect((job as { s3JobDefinition: { bucketDefinitions: object[] } }).s3JobDefinition.bucketDefinitions).toHaveLength(1);
  });

  /** What the function may list, and what its policies are. */
  const lists = (stack: Stack) => ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => Object.entries(resourcesOf(stack, type)))
    .filter(([id]) => id.includes('Macie')).map(([id, { Properties }]) => {
      const { Statement: all } = Properties.PolicyDocument as { Statement: Statement[] };
      return { id, resources: all.filter(({ Action }) => [Action].flat().includes('s3:ListBucket')).flatMap(({ Resource }) => Resource) };
    });

  test('may list what is watched in its account, to learn how much there is', () => {
    const { stack, discovery } = made();
    const data = new SecureBucket(stack, 'Data');
    discovery.watch(data);
    discovery.watch(s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', account: OTHER_ACCOUNT }));
    expect(lists(stack).flatMap(({ resources }) => resources)).toEqual([{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { Ref: logicalIdOf(data) }]] }]);
  });

  test('may list nothing where it leaves out what is there', () => {
    const { stack, discovery } = made({ job: DiscoveryJob.weekly() });
    discovery.watch(new SecureBucket(stack, 'Data'));
    expect(lists(stack).flatMap(({ resources }) => resources)).toEqual([]);
  });

  test('waits for each policy that many buckets take', () => {
    const { stack, discovery } = made();
    for (let at = 0; at < 200; at += 1) { discovery.watch(s3.Bucket.fromBucketName(stack, `Data${at}`, `${'x'.repeat(60)}-${at}`.slice(-63))); }
    const policies = lists(stack);
    expect(policies.length).toBeGreaterThan(1);
    expect(policies.flatMap(({ resources }) => resources)).toHaveLength(200);
    expect(settingsOf(stack).dependsOn).toEqual(expect.arrayContaining(policies.map(({ id }) => id)));
  });

  test('may do what it does, and no more', () => {
    const { stack, discovery } = made({ automatedDiscovery: AutomatedDiscovery.enable() });
    discovery.watch(new SecureBucket(stack, 'Data'));
    const [statements] = Object.entries(resourcesOf(stack, 'AWS::IAM::Policy')).filter(([id]) => id.includes('Macie'))
      .map(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement);
    const actions = (all: boolean) => statements.filter(({ Resource }) => (Resource === '*') === all).flatMap(({ Action }) => Action).filter((action) => !action!.startsWith('logs:')).sort();
    expect(actions(true)).toEqual([
      'cloudwatch:GetMetricStatistics', 'macie2:DescribeBuckets', 'macie2:GetAutomatedDiscoveryConfiguration', 'macie2:GetMacieSession',
      'macie2:ListClassificationJobs', 'macie2:ListMembers', 'macie2:UpdateAutomatedDiscoveryConfiguration',
    ]);
    expect(actions(false)).toEqual(['macie2:CreateClassificationJob', 'macie2:DescribeClassificationJob', 'macie2:TagResource', 'macie2:UpdateClassificationJob', 's3:ListBucket']);
  });
});

describe('the session', () => {
  test('is left to others where nobody asks for one', () => {
    const { stack, discovery } = made();
    discovery.watch(new SecureBucket(stack, 'Data'));
    Template.fromStack(stack).resourceCountIs('AWS::Macie::Session', 0);
  });

  test('is made once for all, before what needs it, and stays when the stack goes', () => {
    const { stack, alarms, discovery } = made({ allowLists: [MacieAllowList.regex('a', 'b')] });
    const data = new SecureBucket(stack, 'Data');
    discovery.watch(data);
    const second = new SensitiveDataDiscovery(stack, 'Second', { alarms, session: MacieSession.make(), automatedDiscovery: AutomatedDiscovery.enable() });
    new SensitiveDataDiscovery(stack, 'Third', { alarms, session: MacieSession.make(), automatedDiscovery: AutomatedDiscovery.existing() }).watch(data);
    second.watch(data);
    const sessions = Object.entries(resourcesOf(stack, 'AWS::Macie::Session'));
    expect(sessions).toEqual([['CdkS3EncryptionMacieSession7BB47B49', expect.objectContaining({
      DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain', Properties: { Status: 'ENABLED', FindingPublishingFrequency: 'FIFTEEN_MINUTES' },
    })]]);
    const needing = ['Custom::MacieClassificationJob', 'Custom::MacieAutomatedDiscovery', 'AWS::Macie::AllowList'].flatMap((type) => Object.values(resourcesOf(stack, type)));
    expect(needing).toHaveLength(5);
    for (const { DependsOn } of [...needing, resourcesOf(stack, 'AWS::KMS::Key')[logicalIdOf(data.encryptionKey!)]]) { expect(DependsOn).toContain(sessions[0][0]); }
    Template.fromStack(stack).resourceCountIs('AWS::Macie::Session', 1);
    Template.fromStack(stack).hasResourceProperties('Custom::MacieAutomatedDiscovery', { Enable: 'true' });
    // One function is enough.
    expect(Object.keys(resourcesOf(stack, 'AWS::Lambda::Function')).filter((id) => id.includes('Macie'))).toHaveLength(1);
  });

  test('that is there is used with a warning where Macie is not known to be', () => {
    const stack = testStack({ env: { ...IRELAND, region: 'me-central-1' } });
    const { discovery } = made({}, stack);
    expect(warningIds(discovery)).toContain('cdk-s3-encryption:SensitiveDataDiscovery.regionWithoutMacie');
    expect(warningIds(made().discovery)).not.toContain('cdk-s3-encryption:SensitiveDataDiscovery.regionWithoutMacie');
  });
});

describe('the key', () => {
  const allows = (account: unknown, region: string = IRELAND.region) => [expect.objectContaining({
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: '*',
    Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${String(account)}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie`]] } },
    Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
  })];

  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['a RotatingS3Key', (stack) => new RotatingS3Key(stack, 'Key')], ['a key of the CDK', (stack) => new kms.Key(stack, 'Key')],
  ])('%s lets the role of Macie decrypt through S3, once', (_, make) => {
    const { stack, alarms, discovery } = made();
    const key = make(stack);
    for (const id of ['One', 'Two']) { discovery.watch(new SecureBucket(stack, id, { encryptionKey: key })); }
    new SensitiveDataDiscovery(stack, 'Second', { alarms }).watch(new SecureBucket(stack, 'Three', { encryptionKey: key }));
    expect(policyOf(stack, key)).toEqual(allows(IRELAND.account));
  });

  test('that consumers.macie opens', () => {
    const stack = testStack({ env: IRELAND });
    const key = new RotatingS3Key(stack, 'Key');
    const other = new RotatingS3Key(stack, 'Other');
    key.consumers.macie();
    key.consumers.macie();
    other.consumers.macie(OTHER_ACCOUNT);
    expect(policyOf(stack, key)).toEqual(allows(IRELAND.account));
    expect(policyOf(stack, other)).toEqual(allows(OTHER_ACCOUNT));
  });

  test.each<[string, (stack: Stack, arn: string) => kms.IKey]>([
    ['RotatingS3Key', (stack, arn) => RotatingS3Key.fromKeyArn(stack, 'Key', arn)], ['kms.Key', (stack, arn) => kms.Key.fromKeyArn(stack, 'Key', arn)],
  ])('that %s imported cannot be changed: a warning prints what to add', (_, imported) => {
    const { stack, discovery } = made();
    const encryptionKey = imported(stack, `arn:aws:kms:eu-west-1:${IRELAND.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`);
    discovery.watch(s3.Bucket.fromBucketAttributes(stack, 'Data', { bucketName: 'data', encryptionKey }));
    expect(warningText(stack, 'cdk-s3-encryption:ImportedKey.ownerMustAddStatement')).toMatch(/kms:ViaService[^]*AWSServiceRoleForAmazonMacie/);
  });

  test('of the words of an allow list lets Macie read too', () => {
    const stack = testStack({ env: IRELAND });
    const words = new SecureBucket(stack, 'Words');
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify });
    const discovery = new SensitiveDataDiscovery(stack, 'Discovery', { alarms, allowLists: [MacieAllowList.words(words, 'words.txt', 'our addresses'), MacieAllowList.existing('theirs')] });
    discovery.watch(new SecureBucket(stack, 'Data'));
    expect(policyOf(stack, words.encryptionKey!)).toHaveLength(1);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Macie::AllowList', { Criteria: { S3WordsList: { BucketName: stack.resolve(words.bucketName), ObjectKey: 'words.txt' } }, Description: 'our addresses' });
    template.resourceCountIs('AWS::Macie::AllowList', 1);
    expect(warningText(discovery, 'cdk-s3-encryption:SensitiveDataDiscovery.allowList1')).toMatch(/the file words.txt. Reason given: our addresses/);
  });

  test('that is not known is said', () => {
    const { stack, discovery } = made();
    discovery.watch(s3.Bucket.fromBucketName(stack, 'Imported', 'orders'));
    expect(warningIds(discovery)).toContain('cdk-s3-encryption:SensitiveDataDiscovery.keyNotKnown.Stack/Imported');
  });

  test('is opened before a job reads under it, also where the bucket does not name it', () => {
    const { stack, discovery } = made();
    const encryptionKey = new RotatingS3Key(stack, 'Key');
    discovery.watch(s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: 'old', encryptionKey }));
    expect(settingsOf(stack).dependsOn).toContain(logicalIdOf(encryptionKey));
  });

  test.each<[string, (stack: Stack, key: kms.Key) => kms.IKey]>([
    ['an alias', (stack, key) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/data', targetKey: key })],
    ['an alias of an alias', (stack, key) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/data', targetKey: key.addAlias('alias/other') })],
    ['an imported alias', (stack, key) => kms.Alias.fromAliasAttributes(stack, 'Alias', { aliasName: 'data', aliasTargetKey: key })],
  ])('behind %s is opened after the session, and before the job', (_, named) => {
    const { stack, discovery } = made({ session: MacieSession.make() });
    const key = new kms.Key(stack, 'Key');
    discovery.watch(new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.KMS, encryptionKey: named(stack, key) }));
    expect(policyOf(stack, key)).toEqual(allows(IRELAND.account));
    const [session] = Object.keys(resourcesOf(stack, 'AWS::Macie::Session'));
    expect(resourcesOf(stack, 'AWS::KMS::Key')[logicalIdOf(key)].DependsOn).toEqual([session]);
    expect(settingsOf(stack).dependsOn).toContain(logicalIdOf(key));
    for (const { DependsOn } of Object.values(resourcesOf(stack, 'AWS::KMS::Alias'))) { expect(DependsOn).toBeUndefined(); }
  });

  test('behind an alias of another stack cannot wait for a session either', () => {
    const app = new App();
    const { stack, discovery } = made({ session: MacieSession.make() }, new Stack(app, 'Security', { env: IRELAND }));
    const targetKey = new kms.Key(new Stack(app, 'Keys', { env: IRELAND }), 'Key');
    const encryptionKey = new kms.Alias(stack, 'Alias', { aliasName: 'alias/data', targetKey });
    expect(() => { discovery.watch(new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.KMS, encryptionKey })); }).toThrow(/the stack of the key Keys\/Key.*KeyElsewhere/);
  });

  test('that is known by the name of an alias cannot be changed: a warning prints what to add', () => {
    const { stack, discovery } = made();
    const encryptionKey = kms.Alias.fromAliasName(stack, 'Alias', 'alias/data');
    discovery.watch(s3.Bucket.fromBucketAttributes(stack, 'Data', { bucketName: 'data', encryptionKey }));
    expect(warningText(discovery, 'cdk-s3-encryption:ImportedKey.ownerMustAddStatement')).toMatch(/AWSServiceRoleForAmazonMacie/);
  });

  test('of another stack is opened where Macie is there already', () => {
    const app = new App();
    const there = new Stack(app, 'Data', { env: IRELAND });
    const data = new SecureBucket(there, 'Data');
    made({}, new Stack(app, 'Security', { env: IRELAND })).discovery.watch(data);
    expect(policyOf(there, data.encryptionKey!)).toHaveLength(1);
  });
});

describe('is refused', () => {
  test('nothing that is watched', () => {
    const { stack } = made();
    expect(() => (stack.node.root as App).synth()).toThrow(/nothing is watched, so nobody hears of sensitive data.*NothingWatched/);
  });

  test('more buckets than a job takes', () => {
    const { stack, discovery } = made();
    for (let at = 0; at < 1001; at += 1) { discovery.watch(s3.Bucket.fromBucketName(stack, `B${at}`, `data-${at}`)); }
    expect(discovery.node.validate()).toEqual([expect.stringMatching(/at most 1000 buckets, got 1001.*TooManyBuckets/)]);
  });

  test('a session in a stack whose key is elsewhere', () => {
    const app = new App();
    const data = new SecureBucket(new Stack(app, 'Data', { env: IRELAND }), 'Data');
    const { discovery } = made({ session: MacieSession.make() }, new Stack(app, 'Security', { env: IRELAND }));
    expect(() => { discovery.watch(data); }).toThrow(/'session' must be there before the stack of the key.*KeyElsewhere/);
  });

  const list = MacieAllowList.existing('id');
  test.each<[string, RegExp, () => void]>([
    ['a bucket of another region', /'bucket' must be in the region of the stack that watches it, 'eu-west-1', got 'us-east-1'.*WatchedElsewhere/, () => {
      const { stack, discovery } = made();
      discovery.watch(s3.Bucket.fromBucketAttributes(stack, 'B', { bucketName: 'orders', region: 'us-east-1' }));
    }],
    ['alarms of another region', /'alarms' must be in the account and region of this stack/, () => {
      const app = new App();
      const alarms = new EncryptionAlarms(new Stack(app, 'There', { env: { ...IRELAND, region: 'us-east-1' } }), 'Alarms', { notify });
      new SensitiveDataDiscovery(new Stack(app, 'Here', { env: IRELAND }), 'Discovery', { alarms });
    }],
    ['nobody who looks', /'job' must be one where 'automatedDiscovery' is left out.*NothingLooks/, () => made({ job: DiscoveryJob.none() })],
    ['lists without a job', /'allowLists' are for a job, got 1.*AllowListsUnused/, () => made({ job: DiscoveryJob.none(), automatedDiscovery: AutomatedDiscovery.existing(), allowLists: [list] })],
    ['eleven lists', /'allowLists' must have at most 10, as an account may, got 11/, () => made({ allowLists: Array.from({ length: 11 }, () => list) })],
    ['a list where none is made', /'allowLists' must be lists that are there in ap-northeast-3/, () => made({ allowLists: [MacieAllowList.regex('a', 'b')] }, testStack({ env: { ...IRELAND, region: 'ap-northeast-3' } }))],
    ['a session where none is made', /'session' must be left to others in me-central-1.*NoMacie/, () => made({ session: MacieSession.make() }, testStack({ env: { ...IRELAND, region: 'me-central-1' } }))],
    ['a session beside one of others', /'session' must be made once.*beside Stack\/Theirs.*SessionTwice/, () => {
      const stack = testStack({ env: IRELAND });
      new macie.CfnSession(stack, 'Theirs');
      made({ session: MacieSession.make() }, stack);
    }],
    ['two sessions that differ', /'session' must be the same for all in the stack.*SIX_HOURS beside FIFTEEN_MINUTES/, () => {
      const { stack, alarms } = made({ session: MacieSession.make() });
      new SensitiveDataDiscovery(stack, 'Other', { alarms, session: MacieSession.make({ findingPublishingFrequency: FindingPublishingFrequency.SIX_HOURS }) });
    }],
    ['a sample of nothing', /'samplingPercentage' must be a whole number from 1 to 100, got 0/, () => DiscoveryJob.once({ samplingPercentage: 0 })],
    ['half a percent', /'samplingPercentage' must be a whole number from 1 to 100, got 0.5/, () => DiscoveryJob.once({ samplingPercentage: 0.5 })],
    ['a maximum of nothing', /'maximumGigabytes' must be more than 0, got 0/, () => DiscoveryJob.once({ maximumGigabytes: 0 })],
    ['a maximum that nothing holds to', /'maximumGigabytes' is about what the buckets hold already, got 5/, () => DiscoveryJob.weekly({ maximumGigabytes: 5 })],
    ['a day that is none', /'dayOfMonth' must be a whole number from 1 to 28, got 29/, () => DiscoveryJob.monthly({ dayOfMonth: 29 })],
    ['no prefix', /'prefixes' must name at least one/, () => DiscoveryJob.once({ prefixes: [] })],
    ['no exception', /'exceptExtensions' must name at least one/, () => DiscoveryJob.once({ exceptExtensions: [] })],
    ['an empty prefix', /'exceptPrefixes' must have no empty text/, () => DiscoveryJob.once({ exceptPrefixes: [''] })],
    ['a dot', /'extensions' must have extensions without the dot, got '.csv': write 'csv'/, () => DiscoveryJob.once({ extensions: ['.csv'] })],
    ['no identifier', /'customDataIdentifierIds' must name at least one/, () => DiscoveryJob.once({ customDataIdentifierIds: [] })],
    ['a long pattern', /'pattern' must have 1 to 512 characters, got 513/, () => MacieAllowList.regex('x'.repeat(513), 'b')],
    ['no reason', /'because' must say in 1 to 512 characters why the text is harmless/, () => MacieAllowList.regex('x', ' ')],
    ['no id', /'allowListId' must be the id of a list/, () => MacieAllowList.existing('')],
    ['no file', /'objectKey' must be the key of the file/, () => MacieAllowList.words(new SecureBucket(testStack(), 'W'), '', 'b')],
  ])('%s', (_, message, act) => { expect(act).toThrow(message); });
});

test('a nested stack has a function and a session of its own', () => {
  const parent = testStack({ env: IRELAND });
  const nested = new NestedStack(parent, 'Nested');
  const { discovery } = made({ session: MacieSession.make() }, nested);
  discovery.watch(new SecureBucket(nested, 'Data'));
  expect(nested.node.findAll().filter((one) => CfnResource.isCfnResource(one) && one.cfnResourceType === 'AWS::Macie::Session')).toHaveLength(1);
});
