import aslValidator from 'asl-validator';
import { Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { BackfillSource, BackfillTrigger, BackfillCopies, EncryptionBackfillJob, type EncryptionBackfillJobProps, KeyAccess, RotatingS3Key, SecureBucket } from '../../src';
import { IRELAND, testStack } from '../helpers/stack';

function made(props: (stack: Stack) => Partial<EncryptionBackfillJobProps> = () => ({})): { stack: Stack; template: Template } {
  const stack = testStack({ env: IRELAND });
  new EncryptionBackfillJob(stack, 'Backfill', { bucket: new SecureBucket(stack, 'Data'), sources: [BackfillSource.sseS3()], ...props(stack) });
  return { stack, template: Template.fromStack(stack) };
}

const everySource = (stack: Stack) => [
  BackfillSource.sseS3(), BackfillSource.kmsKey(new kms.Key(stack, 'Old')), BackfillSource.unencrypted(), BackfillSource.dsse(), BackfillSource.withoutBucketKey(),
];

/** The definition as AWS gets it, with an ARN or a name for each reference. */
function definitionIn(template: Template): Record<string, any> {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const parts = machine.Properties.DefinitionString['Fn::Join'][1] as unknown[];
  const text = parts.map((part) => typeof part === 'string' ? part : JSON.stringify(part).includes('AWS::Partition') ? 'aws'
    : /Arn|Version/.test(JSON.stringify(part)) ? 'arn:aws:kms:eu-west-1:111111111111:key/x' : 'name').join('');
  return JSON.parse(text) as Record<string, any>;
}

/** Every state, also those within Maps. */
function statesIn(definition: Record<string, any>): Record<string, any>[] {
  return Object.values(definition.States as Record<string, any>).flatMap((state) => [
    state,
    ...state.ItemProcessor === undefined ? [] : statesIn(state.ItemProcessor),
  ]);
}

describe('the state machine', () => {
  test.each<[string, (stack: Stack) => Partial<EncryptionBackfillJobProps>]>([
    ['with defaults', () => ({})],
    ['of every source', (stack) => ({ sources: everySource(stack) })],
    ['with conditional copies', (stack) => ({ sources: everySource(stack), copies: BackfillCopies.CONDITIONAL })],
    ['with noncurrent versions and a topic', (stack) => ({ noncurrentVersions: true, summaryTopic: new sns.Topic(stack, 'Topic') })],
    ['without confirmation', () => ({ trigger: BackfillTrigger.onDeploy({ runWithoutConfirmationBecause: 'a sandbox' }) })],
    ['with a prefix', () => ({ prefix: "it's/" })],
  ])('%s is valid', (_, props) => {
    const result = aslValidator(definitionIn(made(props).template));
    expect(result.errorsText()).toBe('');
    expect(result.isValid).toBe(true);
  });

  test('tries objects of a list again as objects of a list', () => {
    const states = statesIn(definitionIn(made().template));
    expect(states.filter(({ Parameters }) => Parameters?.name === 'retry').map(({ Parameters }) => Parameters['source.$'])).toEqual(['$.manifest.source', '$.manifest.source']);
  });

  test('makes jobs with one type of encryption, one prefix, and a token that a retry repeats', () => {
    const definition = definitionIn(made((stack) => ({ sources: everySource(stack), prefix: 'a/', copies: BackfillCopies.AUTOMATIC })).template);
    const templates = statesIn(definition).flatMap(({ Result }) => Array.isArray(Result) && Result[0]?.operation !== undefined ? Result : []);
    expect(templates.length).toBeGreaterThan(20);
    for (const { name, filter, operation } of templates) {
      expect({
        name,
        n: filter.MatchAnyObjectEncryption.length,
        kinds: Object.keys(filter.MatchAnyObjectEncryption[0]).length,
      }).toEqual({ name, n: 1, kinds: 1 });
      expect(filter.KeyNameConstraint).toEqual({ MatchAnyPrefix: ['a/'] });
      expect(Object.keys(operation)).toHaveLength(1);
    }
    expect(new Set(templates.slice(0, templates.findIndex(({ name }) => name === 'sse-c') + 1).map(({ name }) => name)).size)
      .toBe(templates.findIndex(({ name }) => name === 'sse-c') + 1);
    const creating = statesIn(definition).filter(({ Resource }) => String(Resource).endsWith(':createJob'));
    for (const { Parameters } of creating) {
      expect(Parameters['ClientRequestToken.$']).toMatch(/^States\.Hash\(.*, 'SHA-256'\)$/); // 64 characters, which is the most
      expect(String(Parameters.Description ?? Parameters['Description.$']).length).toBeLessThan(200);
    }
    // Only what is tried again runs without waiting: it is part of what was confirmed.
    expect(creating.filter(({ Parameters }) => Parameters.ConfirmationRequired === false)).toHaveLength(1);
  });
});

describe('nothing starts by surprise', () => {
  test('a deployment starts nothing, and there is no rule', () => {
    const { template } = made();
    template.hasResourceProperties('Custom::EncryptionBackfill', { Input: Match.absent() });
    template.resourceCountIs('AWS::Events::Rule', 0);
  });

  test('on deploy, it plans', () => {
    made(() => ({ trigger: BackfillTrigger.onDeploy() })).template.hasResourceProperties('Custom::EncryptionBackfill', { Input: '{"mode":"plan"}' });
  });

  test('on a schedule, it plans; with a reason it runs, and warns', () => {
    const schedule = events.Schedule.rate(Duration.days(7));
    const input = (mode: string) => ({ Targets: [Match.objectLike({ Input: `{"mode":"${mode}"}` })] });
    made(() => ({ trigger: BackfillTrigger.schedule(schedule) })).template.hasResourceProperties('AWS::Events::Rule', input('plan'));
    const { stack, template } = made(() => ({ trigger: BackfillTrigger.schedule(schedule, { runWithoutConfirmationBecause: 'a sandbox' }) }));
    template.hasResourceProperties('AWS::Events::Rule', input('run-without-confirmation'));
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('Reason given: a sandbox'));
  });

  test('a machine that may not run without confirmation does not know the mode', () => {
    expect(JSON.stringify(definitionIn(made().template))).not.toContain('run-without-confirmation');
  });
});

describe('permissions', () => {
  test('the role that jobs work with is trusted for this account only, and passed to S3 Batch Operations only', () => {
    const { template } = made();
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'batchoperations.s3.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': IRELAND.account } },
        }],
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Action: 'iam:PassRole', Effect: 'Allow', Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('BatchRole'), 'Arn'] }, Condition: { StringEquals: { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' } },
        }]),
      },
    });
  });

  test('the machine is trusted for this account only, and writes metrics into its namespace only', () => {
    const { template } = made();
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': IRELAND.account } } }],
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Action: 'cloudwatch:PutMetricData', Effect: 'Allow', Resource: '*', Condition: { StringEquals: { 'cloudwatch:namespace': Match.anyValue() } },
        }]),
      },
    });
  });

  test('the keys, old and new, through S3 and for this bucket only', () => {
    const { template } = made((stack) => ({ sources: [BackfillSource.kmsKey(new kms.Key(stack, 'Old'))] }));
    const statements = Object.entries(template.findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.includes('BatchRole')).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Record<string, any>[])
      .filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(statements).toHaveLength(2);
    for (const { Condition } of statements) {
      expect(Condition.StringEquals).toEqual({ 'kms:ViaService': 's3.eu-west-1.amazonaws.com' });
      expect(Condition.StringLike['kms:EncryptionContext:aws:s3:arn']).toHaveLength(2);
    }
  });

  test('a key for named principals names the roles', () => {
    const { template } = made((stack) => ({ bucket: new SecureBucket(stack, 'Strict', { encryptionKey: new RotatingS3Key(stack, 'Key', { access: KeyAccess.namedPrincipals() }) }) }));
    const policies = JSON.stringify(template.findResources('AWS::KMS::Key'));
    expect(policies).toContain('BackfillBatchRole');
    expect(policies).toContain('BackfillCopyRole');
  });

  test('objects under the prefix only', () => {
    const { template } = made(() => ({ prefix: 'orders/' }));
    const statements = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => /BatchRole|CopyRole/.test(id))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Record<string, unknown>[]);
    const objects = statements.map(({ Resource }) => JSON.stringify(Resource)).filter((text) => text.includes('"Data666C94C7","Arn"]},"/'));
    expect(objects).toHaveLength(2);
    for (const text of objects) { expect(text).toContain('"/orders/*"'); }
  });
});

test('what holds evidence keeps its logical id, and the bucket and its key are as without a backfill', () => {
  const { template } = made();
  const ids = [...Object.keys(template.findResources('AWS::S3::Bucket')), ...Object.keys(template.findResources('AWS::Logs::LogGroup'))].sort();
  expect(ids).toEqual([
    'BackfillCopyLog04E83849', 'BackfillMachineLog1460DD83', 'BackfillOperations515602AA', 'BackfillReportLog0B136C77', 'BackfillWatchLog9186A6CB',
    'Data666C94C7', 'SecureBucketAccessLogsE49EB61F',
  ]);
  const alone = testStack({ env: IRELAND });
  new SecureBucket(alone, 'Data');
  const before = Template.fromStack(alone).toJSON().Resources as Record<string, unknown>;
  const after = template.toJSON().Resources as Record<string, unknown>;
  for (const id of ['Data666C94C7', 'DataKey5F086070', 'DataPolicyB80589C3']) { expect(after[id]).toEqual(before[id]); }
});

test('synthesis is the same every time, and two jobs fit on one bucket', () => {
  const render = () => {
    const stack = testStack({ env: IRELAND });
    const bucket = new SecureBucket(stack, 'Data');
    for (const id of ['One', 'Two']) { new EncryptionBackfillJob(stack, id, { bucket, sources: [BackfillSource.unencrypted()], expireReplacedVersions: Duration.days(30) }); }
    return JSON.stringify(Template.fromStack(stack).toJSON());
  };
  expect(render()).toBe(render());
});
