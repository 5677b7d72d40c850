import { App, type CfnElement, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EncryptionHook, type EncryptionHookProps, SecureBucket } from '../../src';
import { IRELAND, testStack } from '../helpers/stack';
import { identityStatements, resourcesOf, warningIds, warningText } from '../helpers/template';

function made(props: EncryptionHookProps = {}, region: string = IRELAND.region) {
  const stack = testStack({ env: { ...IRELAND, region } });
  const hook = new EncryptionHook(stack, 'Hook', props);
  return { stack, hook, get template() { return Template.fromStack(stack); } };
}

test('stops what breaks a rule, before it is made or changed', () => {
  const { template, hook } = made();
  template.hasResourceProperties('AWS::CloudFormation::GuardHook', {
    Alias: 'CdkS3Encryption::Rules::Hook',
    FailureMode: 'FAIL',
    HookStatus: 'ENABLED',
    TargetOperations: ['RESOURCE'],
    TargetFilters: {
      Targets: ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey'].flatMap((TargetName) =>
        ['CREATE', 'UPDATE'].map((Action) => ({ Action, InvocationPoint: 'PRE_PROVISION', TargetName }))),
    },
  });
  expect(warningIds(hook)).toEqual([]);
});

test('stops what leaves a bucket without a policy, by a second hook that sees whole templates', () => {
  const { template, stack, hook } = made({ warnOnlyBecause: 'two weeks to see', excludedStackNames: ['Legacy'], alias: 'Example::Encryption::Hook' });
  template.resourceCountIs('AWS::CloudFormation::GuardHook', 2);
  template.hasResourceProperties('AWS::CloudFormation::GuardHook', {
    Alias: 'Example::Encryption::HookStacks',
    FailureMode: 'WARN',
    StackFilters: { FilteringCriteria: 'ANY', StackNames: { Exclude: ['Legacy'] } },
    TargetOperations: ['STACK', 'CHANGE_SET'],
    TargetFilters: { Actions: ['CREATE', 'UPDATE'] },
  });
  expect(stack.resolve([hook.hookArn, hook.stackHookArn])).toEqual(['Hook', 'StackHook'].map((id) => (
    { 'Fn::GetAtt': [stack.getLogicalId(hook.node.findChild(id) as CfnElement), 'HookArn'] })));
});

test('its two hooks have rules of their own', () => {
  const rules = Object.values(resourcesOf(made().stack, 'AWS::CloudFormation::GuardHook')).map(({ Properties }) => JSON.stringify(Properties.RuleLocation));
  expect(new Set(rules).size).toBe(2);
});

test('reads its rules, and nothing else', () => {
  const { stack } = made();
  const actions = identityStatements(stack).map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]);
  expect(actions).toEqual([
    [['s3:GetObject', 's3:GetObjectVersion'], expect.stringMatching(/^\[[^*]*cdk-hnb659fds-assets[^*]*\/[0-9a-f]{64}\.zip[^*]*\/[0-9a-f]{64}\.zip[^*]*\]$/)],
    ['s3:ListBucket', expect.stringMatching(/cdk-hnb659fds-assets-[0-9]+-eu-west-1"/)],
  ]);
});

test('may only warn, with a reason', () => {
  const { template, hook } = made({ warnOnlyBecause: 'two weeks to see' });
  template.hasResourceProperties('AWS::CloudFormation::GuardHook', { FailureMode: 'WARN' });
  expect(warningText(hook, 'cdk-s3-encryption:EncryptionHook.warnsOnly')).toMatch(/Reason given: two weeks to see/);
});

test('leaves stacks out, and keeps its reports', () => {
  const stack = testStack({ env: IRELAND });
  const logs = new SecureBucket(stack, 'Reports');
  new EncryptionHook(stack, 'Hook', { excludedStackNames: ['Legacy'], logBucket: logs, alias: 'Example::Encryption::Hook' });
  Template.fromStack(stack).hasResourceProperties('AWS::CloudFormation::GuardHook', {
    Alias: 'Example::Encryption::Hook', StackFilters: { FilteringCriteria: 'ANY', StackNames: { Exclude: ['Legacy'] } }, LogBucket: stack.resolve(logs.bucketName) as object,
  });
});

test.each<[string, EncryptionHookProps, RegExp]>([
  ['an alias of one part', { alias: 'Hook' }, /'alias' must be three parts.*got 'Hook'/],
  ['an alias of AWS', { alias: 'Aws::Encryption::Hook' }, /'alias' must be three parts.*and not of AWS/],
  ['an alias too long for two', { alias: `Example::Encryption::${'h'.repeat(59)}` }, /'alias' must have a last part of at most 58 characters, got 59/],
  ['no reason', { warnOnlyBecause: ' ' }, /'warnOnlyBecause' must say why/],
  ['no stacks', { excludedStackNames: [] }, /'excludedStackNames' must name at least one stack/],
])('%s is refused', (_, props, message) => { expect(() => made(props)).toThrow(message); });

test.each(['cn-north-1', 'us-gov-west-1'])('is refused in %s, where there is none', (region) => {
  expect(() => made({}, region)).toThrow(/must not be in .*where CloudFormation has no hooks of Guard/);
});

test('two hooks of one alias are refused, in whichever stacks of an account and region', () => {
  const app = new App();
  const stack = new Stack(app, 'A', { env: IRELAND });
  new EncryptionHook(stack, 'Hook');
  expect(() => new EncryptionHook(stack, 'Other')).toThrow(/'alias' must be another one.*got 'CdkS3Encryption::Rules::Hook', which A\/Hook has/);
  expect(() => new EncryptionHook(new Stack(app, 'B', { env: IRELAND }), 'Hook')).toThrow(/which A\/Hook has/);
  expect(() => new EncryptionHook(new Stack(app, 'C', { env: { ...IRELAND, region: 'eu-central-1' } }), 'Hook')).not.toThrow();
  expect(() => new EncryptionHook(stack, 'Named', { alias: 'Example::Encryption::Hook' })).not.toThrow();
  const anywhere = new Stack(app, 'D');
  new EncryptionHook(anywhere, 'Hook');
  expect(() => new EncryptionHook(anywhere, 'Other')).toThrow(/which D\/Hook has/);
});
