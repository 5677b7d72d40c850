import { Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  BackfillSource, Detection, DetectionChoice, DetectionSeverity, EncryptionAlarms, type EncryptionAlarmsProps, EncryptionBackfillJob, Notify,
  SecureBucket,
} from '../../src';
import { agnosticStack, testStack } from '../helpers/stack';

type Rule = { Name: string; State: string; EventPattern: any; Targets: any[]; Description: string };

const mail = Notify.email('security@example.com');
const trail = (stack: Stack) => logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail');
const keyArn = (n: number) => `arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-${String(n).padStart(12, '0')}`;
const bucketOf = (stack: Stack, n: number) => s3.Bucket.fromBucketAttributes(stack, `Bucket${n}`, {
  bucketName: `bucket-${n}`, encryptionKey: kms.Key.fromKeyArn(stack, `Key${n}`, keyArn(n)),
});

function made(
  props: (stack: Stack) => Partial<EncryptionAlarmsProps> = () => ({}),
  watch = (alarms: EncryptionAlarms, stack: Stack) => { alarms.watch(bucketOf(stack, 1)); },
) {
  const stack = testStack();
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [mail], ...props(stack) });
  watch(alarms, stack);
  const template = Template.fromStack(stack);
  const rules = Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties as Rule);
  const rule = (name: string) => rules.find(({ Name }) => Name.endsWith(`-${name}`));
  return { stack, alarms, template, rules, rule };
}

describe('by default', () => {
  test('names of rules have room for the longest of the catalogue', () => {
    const stack = testStack({ id: 'A-stack-with-a-name-that-goes-on-and-on' });
    new EncryptionAlarms(stack, 'AlarmsWithALongNameToo', {
      notify: [mail], choices: [DetectionChoice.exceptRole(Detection.BUCKET_ENCRYPTION_DOWNGRADED, iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/R'), 'x')],
    }).watch(bucketOf(stack, 1));
    for (const { Properties } of Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'))) {
      expect(`${Properties.Name as string}-more-99`.length).toBeLessThanOrEqual(64);
    }
  });

  test('hears of every single event of the catalogue, and says what it cannot count', () => {
    const { stack, rules, template } = made();
    expect(rules).toHaveLength(19);
    template.resourceCountIs('AWS::Logs::MetricFilter', 0);
    Annotations.fromStack(stack).hasWarning('/Stack/Alarms', Match.stringLikeRegexp('without \'trailLogGroup\' nothing can be counted.*objects-rekeyed.*decrypts-denied'));
  });

  test('sees calls that only read in the one rule that needs them', () => {
    const { rules } = made();
    expect(rules.filter(({ State }) => State !== 'ENABLED').map(({ Name, State }) => [Name.replace(/^Stack-Alarms-[0-9A-F]{8}-/, ''), State])).toEqual([
      ['key-used-directly', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'],
    ]);
  });

  test('each rule has its dead-letter queue, and a message of lines that are JSON strings', () => {
    const { rules } = made();
    for (const { Targets } of rules) {
      expect(Targets).toHaveLength(1);
      const [{ DeadLetterConfig: dead, InputTransformer: input }] = Targets;
      expect(dead.Arn['Fn::GetAtt'][0]).toMatch(/DeadLetters/);
      const lines = (input.InputTemplate as string).split('\n').map((line) => JSON.parse(line) as string);
      const placeholders = lines.join().match(/<(\w+)>/g) ?? [];
      // Each placeholder has a path, and each path is used: EventBridge refuses others.
      expect(new Set(placeholders.map((name) => name.slice(1, -1)))).toEqual(new Set(Object.keys(input.InputPathsMap as object)));
    }
  });

  test('an alarm of its own hears of what could not be delivered', () => {
    made().template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1, TreatMissingData: 'notBreaching', AlarmActions: [{ Ref: Match.stringLikeRegexp('Topic') }],
    });
  });

  test('the key of the topic lets CloudWatch and EventBridge use it, which alias/aws/sns does not', () => {
    const { template } = made();
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('AlarmsKey'), 'Arn'] } });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          {
            Sid: 'AlarmsEncrypt',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
            Resource: '*',
            Condition: {
              StringEquals: { 'aws:SourceAccount': '111111111111' },
              ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':cloudwatch:eu-west-1:111111111111:alarm:*']] } },
            },
          },
          { Sid: 'EventsEncrypt', Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: ['kms:GenerateDataKey*', 'kms:Decrypt'], Resource: '*' },
        ]),
      },
    });
  });

  test('the topic lets both publish, alarms of this account only, and nobody without TLS', () => {
    made().template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({ Sid: 'AlarmsPublish', Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': '111111111111' } }) }),
          Match.objectLike({ Sid: 'EventsPublish', Principal: { Service: 'events.amazonaws.com' } }),
        ]),
      },
    });
  });

  test('one statement lets all rules send to the queue, since a policy of a queue has room for 20', () => {
    const { template, rules } = made();
    const [{ Properties: { PolicyDocument: { Statement } } }] = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
    const [allowed, ...others] = (Statement as any[]).filter(({ Effect }) => Effect === 'Allow');
    expect(others).toEqual([]);
    const prefix = (allowed.Condition.ArnLike['aws:SourceArn']['Fn::Join'][1] as unknown[]).at(-1) as string;
    expect(prefix).toMatch(/:rule\/[\w-]+-\*$/);
    for (const { Name } of rules) { expect(`:rule/${Name}`).toContain(prefix.replace(/^.*:rule/, ':rule').slice(0, -1)); }
  });
});

describe('what is watched', () => {
  test('is named exactly: the key by its ARN, the bucket by its name', () => {
    const { rule } = made();
    expect(rule('kms-critical')!.EventPattern.detail.resources).toEqual({ ARN: [keyArn(1)] });
    expect(rule('s3-high')!.EventPattern.detail.requestParameters.bucketName).toEqual(['bucket-1']);
    expect(rule('key-deleted')!.EventPattern.resources).toEqual([keyArn(1)]);
    expect(rule('cloudtrail-critical')!.EventPattern.detail).toEqual({ eventName: ['StopLogging', 'DeleteTrail'], errorCode: [{ exists: false }] });
  });

  test('may be a key alone', () => {
    const { rules } = made(undefined, (alarms, stack) => { alarms.watchKey(kms.Key.fromKeyArn(stack, 'Key', keyArn(7))); });
    expect(rules.some(({ EventPattern: { detail } }) => detail?.requestParameters?.bucketName !== undefined)).toBe(false);
    expect(rules.some(({ EventPattern: { detail } }) => detail?.resources !== undefined)).toBe(true);
  });

  test('is the key itself where a bucket names an alias of it, since events name keys', () => {
    const { rule } = made(undefined, (alarms, stack) => {
      const alias = kms.Key.fromKeyArn(stack, 'Key', keyArn(7)).addAlias('orders');
      alarms.watch(new s3.Bucket(stack, 'Named', { encryptionKey: alias }));
    });
    expect(rule('kms-critical')!.EventPattern.detail.resources).toEqual({ ARN: [keyArn(7)] });
  });

  test('counts once, whatever it is called by', () => {
    const { rule } = made(undefined, (alarms, stack) => {
      const bucket = bucketOf(stack, 1);
      alarms.watch(bucket);
      alarms.watch(bucket);
      alarms.watchKey(kms.Key.fromKeyArn(stack, 'Again', keyArn(1)));
    });
    expect(rule('kms-critical')!.EventPattern.detail.resources.ARN).toHaveLength(1);
    expect(rule('s3-high')!.EventPattern.detail.requestParameters.bucketName).toHaveLength(1);
  });

  test('may be known at deployment only', () => {
    const stack = agnosticStack();
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [mail] });
    alarms.watch(new SecureBucket(stack, 'Data'));
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ detail: Match.objectLike({ resources: { ARN: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('Data'), 'Arn'] }] } }) }),
    });
  });

  test('without its key is said', () => {
    const { stack } = made(undefined, (alarms, inStack) => { alarms.watch(s3.Bucket.fromBucketName(inStack, 'Imported', 'imported')); });
    Annotations.fromStack(stack).hasWarning('/Stack/Alarms', Match.stringLikeRegexp('only the bucket is watched: call watchKey\\(\\)'));
  });

  test('grows by rules of many: 100 buckets with a key each stay below half of what a stack may have', () => {
    const { template } = made((stack) => ({ trailLogGroup: trail(stack) }), (alarms, stack) => {
      for (let n = 0; n < 100; n++) { alarms.watch(bucketOf(stack, n)); }
    });
    const { Resources } = template.toJSON() as { Resources: object };
    expect(Object.keys(Resources).length).toBeLessThan(240);
    for (const { Properties } of Object.values(template.findResources('AWS::Events::Rule'))) { expect(JSON.stringify(Properties.EventPattern).length).toBeLessThanOrEqual(2048); }
    for (const { Properties } of Object.values(template.findResources('AWS::Logs::MetricFilter'))) { expect((Properties.FilterPattern as string).length).toBeLessThanOrEqual(1024); }
    const named = Object.values(template.findResources('AWS::Events::Rule'))
      .filter(({ Properties: { Name } }) => /-s3-high(-more-\d+)?$/.test(Name as string)).flatMap(({ Properties }) => Properties.EventPattern.detail.requestParameters.bucketName as string[]);
    expect(named).toEqual(Array.from({ length: 100 }, (_, n) => `bucket-${n}`));
  });

  test('may be the whole account, with the same few rules, whenever it is said', () => {
    const many = (alarms: EncryptionAlarms, stack: Stack) => { for (let n = 0; n < 60; n++) { alarms.watch(bucketOf(stack, n)); } };
    const counted = (stack: Stack) => ({ trailLogGroup: trail(stack) });
    const only = made(counted, (alarms) => { alarms.watchAccount(); });
    const before = made(counted, (alarms, stack) => { alarms.watchAccount(); many(alarms, stack); });
    const after = made(counted, (alarms, stack) => { many(alarms, stack); alarms.watchAccount(); });
    expect(only.rules).toHaveLength(19);
    const plain = ({ template }: typeof only) => ['AWS::Events::Rule', 'AWS::Logs::MetricFilter']
      .flatMap((type) => Object.values(template.findResources(type)))
      .map(({ Properties }) => JSON.stringify(Properties)).sort();
    expect(plain(before)).toEqual(plain(only));
    expect(plain(after)).toEqual(plain(only));
    expect(JSON.stringify(only.rules)).not.toContain('bucketName":[');
  });
});

describe('what is counted', () => {
  test('is counted in the log group of the trail, and absence is never an alarm', () => {
    const { template, alarms } = made((stack) => ({ trailLogGroup: trail(stack), metricNamespace: 'Security' }));
    template.allResourcesProperties('AWS::Logs::MetricFilter', { LogGroupName: 'trail', MetricTransformations: [Match.objectLike({ MetricNamespace: 'Security', MetricValue: '1' })] });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { TreatMissingData: 'notBreaching' });
    expect(alarms.alarms).toHaveLength(10);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 10);
  });

  test('has the threshold of the catalogue, or the one that was chosen', () => {
    const { template } = made((stack) => ({
      trailLogGroup: trail(stack), choices: [DetectionChoice.threshold(Detection.DECRYPTS_DENIED, { count: 50, period: Duration.minutes(15) })],
    }));
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'decrypts-denied', Threshold: 50, Period: 900, Statistic: 'Sum', ComparisonOperator: 'GreaterThanOrEqualToThreshold' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'objects-rekeyed', Threshold: 100, Period: 300 });
  });

  test('is compared with its own past by choice', () => {
    const { template } = made((stack) => ({ trailLogGroup: trail(stack), choices: [DetectionChoice.anomalyBand(4)] }));
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ComparisonOperator: 'GreaterThanUpperThreshold', Metrics: Match.arrayWith([Match.objectLike({ Expression: Match.stringLikeRegexp('ANOMALY_DETECTION_BAND\\(.*, 4\\)') })]),
    });
  });

  test('may be the user\'s own', () => {
    const { template } = made((stack) => ({
      trailLogGroup: trail(stack),
      ownDetections: [Detection.onRate('root-logins', {
        severity: DetectionSeverity.HIGH, title: 'root logged in', meaning: 'Nobody should.', filterPattern: logs.FilterPattern.stringValue('$.userIdentity.type', '=', 'Root'), threshold: 3,
      })],
    }));
    template.hasResourceProperties('AWS::Logs::MetricFilter', { FilterPattern: '{ $.userIdentity.type = "Root" }' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'root-logins', Threshold: 3 });
  });
});

describe('choices', () => {
  test('turn a detection off, with the reason in a warning', () => {
    const { stack, rule } = made(() => ({ choices: [DetectionChoice.off(Detection.KEY_DISABLED, 'a sandbox')] }));
    expect(rule('kms-critical')!.EventPattern.detail.eventName).toEqual(['ScheduleKeyDeletion', 'DeleteImportedKeyMaterial']);
    Annotations.fromStack(stack).hasWarning('/Stack/Alarms', Match.stringLikeRegexp('nobody hears of it, detection key-disabled: a sandbox'));
  });

  test('give another severity, in the message too', () => {
    const { rule } = made(() => ({ choices: [DetectionChoice.severity(Detection.KEY_POLICY_CHANGED, DetectionSeverity.CRITICAL)] }));
    expect(rule('kms-high')!.EventPattern.detail.eventName).not.toContain('PutKeyPolicy');
    expect(rule('kms-critical')!.EventPattern.detail.eventName).toContain('PutKeyPolicy');
  });

  test('leave out a role, and nobody who has no role', () => {
    const { stack, rule } = made((inStack) => ({
      choices: [DetectionChoice.exceptRole(Detection.BUCKET_POLICY_CHANGED, iam.Role.fromRoleArn(inStack, 'Deploy', 'arn:aws:iam::111111111111:role/Deploy'), 'reviewed')],
    }));
    expect(rule('bucket-policy-changed')!.EventPattern.detail.userIdentity).toEqual({
      sessionContext: { sessionIssuer: { arn: [{ 'anything-but': ['arn:aws:iam::111111111111:role/Deploy'] }, { exists: false }] } },
    });
    expect(rule('s3-high')!.EventPattern.detail.eventName).not.toContain('PutBucketPolicy');
    Annotations.fromStack(stack).hasWarning('/Stack/Alarms', Match.stringLikeRegexp('what one role does is not heard of, detection bucket-policy-changed: reviewed'));
  });

  test('come with detections of the user\'s own', () => {
    const { rule } = made(() => ({
      ownDetections: [Detection.onEvent('bucket-logging-changed', {
        severity: DetectionSeverity.MEDIUM,
        title: 'bucket logging changed',
        meaning: 'Logs may go nowhere.',
        source: 'aws.s3',
        calls: ['PutBucketLogging'],
        where: { requestParameters: { bucketName: ['bucket-1'] } },
      })],
    }));
    expect(rule('bucket-logging-changed')!.EventPattern).toEqual({
      'source': ['aws.s3'],
      'detail-type': ['AWS API Call via CloudTrail'],
      'detail': { eventName: ['PutBucketLogging'], errorCode: [{ exists: false }], requestParameters: { bucketName: ['bucket-1'] } },
    });
  });
});

describe('who hears', () => {
  test('a chat gets its own schema, and the channel may read metrics only', () => {
    const { template, rules } = made(() => ({ notify: [mail, Notify.slack({ workspaceId: 'T1', channelId: 'C1' })] }));
    for (const { Targets } of rules) {
      const message = JSON.parse(Targets[1].InputTransformer.InputTemplate as string) as { content: { description: string } };
      expect(message).toMatchObject({ version: '1.0', source: 'custom', content: { textType: 'client-markdown' } });
      expect(message.content.description).toMatch(/\nWhen: <when>/);
    }
    template.hasResourceProperties('AWS::Chatbot::SlackChannelConfiguration', {
      SlackWorkspaceId: 'T1', SlackChannelId: 'C1', SnsTopicArns: [{ Ref: Match.stringLikeRegexp('ChatTopic') }], GuardrailPolicies: [Match.anyValue()],
    });
  });

  test('a function gets what people get, and what it cannot take is kept', () => {
    const { template } = made((stack) => ({
      notify: [Notify.lambda(new lambda.Function(stack, 'Handler', { code: lambda.Code.fromInline('exports.handler = () => {}'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_24_X }))],
    }));
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'lambda', RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } } });
  });

  test('a topic of this app is admitted with its key', () => {
    const { template, rules } = made((stack) => ({ notify: [Notify.topic(new sns.Topic(stack, 'Pager', { masterKey: new kms.Key(stack, 'PagerKey') }))] }));
    expect(rules.every(({ Targets }) => Targets.some(({ Arn }) => /Pager/.test(JSON.stringify(Arn))))).toBe(true);
    const policies = Object.entries(template.findResources('AWS::SNS::TopicPolicy')).filter(([id]) => id.startsWith('Pager'));
    expect(JSON.stringify(policies)).toMatch(/AlarmsPublish.*EventsPublish/);
    const keys = Object.entries(template.findResources('AWS::KMS::Key')).filter(([id]) => id.startsWith('PagerKey'));
    expect(JSON.stringify(keys)).toMatch(/AlarmsEncrypt.*EventsEncrypt/);
  });

  test('an imported topic and an imported key get a warning with the statements that their owners must add', () => {
    const { stack } = made((inStack) => ({
      notify: [Notify.topic(sns.Topic.fromTopicArn(inStack, 'Pager', 'arn:aws:sns:eu-west-1:111111111111:pager'))],
      notificationKey: kms.Key.fromKeyArn(inStack, 'Theirs', keyArn(9)),
    }));
    Annotations.fromStack(stack).hasWarning('/Stack/Alarms', Match.stringLikeRegexp('the policy of the topic arn:aws:sns:eu-west-1:111111111111:pager has these statements.*EventsPublish'));
    Annotations.fromStack(stack).hasWarning('/Stack/Alarms', Match.stringLikeRegexp('the policy of the key has these statements.*EventsEncrypt'));
  });

  test('an incident is started with a role for its plan alone', () => {
    const plan = 'arn:aws:ssm-incidents::111111111111:response-plan/encryption';
    const { template, rules } = made(() => ({ notify: [Notify.incident(plan)] }));
    template.hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: [{ Action: 'ssm-incidents:StartIncident', Effect: 'Allow', Resource: plan }] } });
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'events.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } })] },
    });
    expect(rules.every(({ Targets }) => Targets.some(({ Arn, RoleArn }) => Arn === plan && RoleArn !== undefined))).toBe(true);
  });
});

describe('the dashboard', () => {
  const body = (template: Template) => JSON.stringify(Object.values(template.findResources('AWS::CloudWatch::Dashboard'))[0].Properties.DashboardBody);

  test('shows findings, the quota of KMS, who decrypts and who is denied', () => {
    const { template } = made((stack) => ({ trailLogGroup: trail(stack) }));
    for (const title of [
      'Alarms', 'Findings over time', 'KMS requests against the quota', 'Decrypts by result', 'Denied, by principal', 'Who decrypts',
      'Keys scheduled for deletion',
    ]) {
      expect(body(template)).toContain(title);
    }
  });

  test('has the rules and alarms that are there in the end, and the progress of backfills', () => {
    const { template, rules } = made((stack) => ({ trailLogGroup: trail(stack) }), (alarms, stack) => {
      for (let n = 0; n < 20; n++) { alarms.watch(bucketOf(stack, n)); }
      alarms.watchBackfill(new EncryptionBackfillJob(stack, 'Backfill', { bucket: new SecureBucket(stack, 'Data'), sources: [BackfillSource.sseS3()] }));
    });
    for (const { Name } of rules) { expect(body(template)).toContain(Name); }
    expect(body(template)).toContain('ObjectsRemaining');
  });

  test('may be left out', () => { made(() => ({ dashboard: false })).template.resourceCountIs('AWS::CloudWatch::Dashboard', 0); });
});

test('the template does not depend on the order in which things are watched a second time', () => {
  const twice = () => JSON.stringify(made((stack) => ({ trailLogGroup: trail(stack) })).template.toJSON());
  expect(twice()).toBe(twice());
});
