import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aspects, aws_kms as kms, aws_s3 as s3, CfnParameter, Duration, Stack, Tags, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { evaluate } from './guard';
import { bucket as bucketItem, encryption, KEY } from './items';
import { kinds, made, remediationsOf, type Rule, rulesOf, runs } from './made';
import { ensurePythonEnvironment } from '../../emulator/install';
import {
  ComplianceChoice, ComplianceRecorder, ComplianceRemediation, ComplianceRule, type ComplianceScopeOptions, EncryptionCompliance,
  type EncryptionComplianceProps, EncryptionHook, EncryptionMode, KeyRotation, RotatingS3Key, SecureBucket, type SecureBucketProps,
} from '../../src';
import { WITHOUT_REMEDIATION } from '../../src/compliance/remediation-regions';
import { onEach } from '../helpers/interference';
import { IRELAND, OTHER_ACCOUNT } from '../helpers/stack';
import { identityStatements, warningIds, warningText } from '../helpers/template';

const KEYLESS = 'cdk-s3-encryption:EncryptionCompliance.sseS3';

const OF_KEY = ['CUSTOM_LAMBDA', 'KMS_CMK_NOT_SCHEDULED_FOR_DELETION', 'KMS_KEY_POLICY_NO_PUBLIC_ACCESS', 'key_rotation', 'key_usable'];
const OF_ACCOUNT = ['CLOUDTRAIL_S3_DATAEVENTS_ENABLED', 'CLOUD_TRAIL_ENCRYPTION_ENABLED', 'CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED'];
const OF_BUCKET = ['S3_DEFAULT_ENCRYPTION_KMS', 'bucket_key', 'default_key', 'sse_c_blocked', 'tls_only'];
const sorted = (...lists: string[][]) => lists.flat().sort();

test('the trails of the account can be watched alone', () => {
  const { stack, compliance } = made();
  compliance.watchTrailsAlone();
  expect(kinds(stack)).toEqual(['CLOUD_TRAIL_ENCRYPTION_ENABLED', 'CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED']);
});

describe('a bucket', () => {
  test('is asked for everything, with its own key, and its key too', () => {
    const { stack, compliance } = made();
    const data = new SecureBucket(stack, 'Data');
    compliance.watch(data);
    expect(kinds(stack)).toEqual(sorted(OF_BUCKET, OF_KEY, OF_ACCOUNT));
    const key = stack.resolve(data.encryptionKey!.keyArn) as object;
    const id = stack.resolve(data.encryptionKey!.keyId) as object;
    const name = stack.resolve(data.bucketName) as object;
    for (const rule of rulesOf(stack)) {
      switch (runs(rule)) {
        case 'S3_DEFAULT_ENCRYPTION_KMS':
          expect(rule).toMatchObject({ InputParameters: { kmsKeyArns: key }, Scope: { ComplianceResourceId: name, ComplianceResourceTypes: ['AWS::S3::Bucket'] } });
          break;
        case 'bucket_key': case 'sse_c_blocked': case 'tls_only': case 'default_key':
          expect(rule.Scope).toEqual({ ComplianceResourceId: name, ComplianceResourceTypes: ['AWS::S3::Bucket'] });
          break;
        case 'CUSTOM_LAMBDA': expect(rule.InputParameters).toEqual({ keyArn: key, maximumDays: '365' }); break;
        case 'KMS_CMK_NOT_SCHEDULED_FOR_DELETION': expect(rule.InputParameters).toEqual({ kmsKeyIds: id }); break;
        case 'CLOUDTRAIL_S3_DATAEVENTS_ENABLED': expect(rule.InputParameters).toEqual({ S3BucketNames: name }); break;
        case 'key_rotation': case 'key_usable': case 'KMS_KEY_POLICY_NO_PUBLIC_ACCESS':
          expect(rule.Scope).toEqual({ ComplianceResourceId: id, ComplianceResourceTypes: ['AWS::KMS::Key'] });
          break;
        default: expect(rule.Scope).toBeUndefined();
      }
    }
  });

  test('is asked for its own key and not for that of another bucket', () => {
    const { stack, compliance } = made();
    const other = KEY.replace('1234abcd', '99999999');
    compliance.watch(s3.Bucket.fromBucketName(stack, 'One', 'one'), { approvedKeys: [kms.Key.fromKeyArn(stack, 'KeyOne', KEY)] });
    compliance.watch(s3.Bucket.fromBucketName(stack, 'Two', 'two'), { approvedKeys: [kms.Key.fromKeyArn(stack, 'KeyTwo', other)] });
    const texts = rulesOf(stack).filter((rule) => runs(rule) === 'default_key').map(({ Source }) => String(Source.CustomPolicyDetails!.PolicyText));
    const underKey = (key: string) => bucketItem({ ServerSideEncryptionConfiguration: encryption('aws:kms', key) });
    expect(texts.map((text) => evaluate(text, [underKey(KEY), underKey(other)]))).toEqual([['COMPLIANT', 'NON_COMPLIANT'], ['NON_COMPLIANT', 'COMPLIANT']]);
  });

  test('under DSSE-KMS is asked for DSSE-KMS, and not for a Bucket Key', () => {
    const { stack, compliance } = made();
    compliance.watch(new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.dsse(kms.Key.fromKeyArn(stack, 'Key', KEY)) }));
    expect(kinds(stack)).not.toContain('bucket_key');
    const [rule] = rulesOf(stack).filter((one) => runs(one) === 'default_key');
    const item = (algorithm: string) => bucketItem({ ServerSideEncryptionConfiguration: encryption(algorithm, KEY, false) });
    expect(evaluate(String(rule.Source.CustomPolicyDetails!.PolicyText), [item('aws:kms:dsse'), item('aws:kms')])).toEqual(['COMPLIANT', 'NON_COMPLIANT']);
  });

  test.each<[string, (stack: Stack) => s3.IBucket]>([
    ['a SecureBucket in SSE-S3', (stack) => new SecureBucket(stack, 'Reports', { encryptionMode: EncryptionMode.s3Managed() })],
    ['the bucket of access logs', (stack) => new SecureBucket(stack, 'Data').accessLogsBucket!],
    ['a bucket of the CDK whose tag says why', (stack) => {
      const bucket = new s3.Bucket(stack, 'Logs');
      Tags.of(stack).add(EncryptionHook.SSE_S3_REASON_TAG, 'logs');
      return bucket;
    }],
    ['one whose L1 has the tag', (stack) => {
      const bucket = new s3.Bucket(stack, 'Logs');
      (bucket.node.defaultChild as s3.CfnBucket).tags.setTag(EncryptionHook.SSE_S3_REASON_TAG, 'logs');
      return bucket;
    }],
    ['one that takes the access logs of another', (stack) => {
      const bucket = new s3.Bucket(stack, 'Logs');
      new s3.Bucket(stack, 'Data', { serverAccessLogsBucket: bucket });
      return bucket;
    }],
  ])('%s is not asked for a key, and nobody is warned', (_, make) => {
    const { stack, compliance } = made();
    compliance.watch(make(stack));
    expect(kinds(stack)).toEqual(sorted(['sse_c_blocked', 'tls_only'], OF_ACCOUNT));
    expect(warningIds(compliance).filter((id) => id.startsWith(KEYLESS))).toEqual([]);
  });

  test('that may be under SSE-S3 by mistake is not asked for a key, and somebody is warned', () => {
    const { stack, compliance } = made();
    Tags.of(stack).add(EncryptionHook.SSE_S3_REASON_TAG, ' ');
    new s3.Bucket(stack, 'Data', { serverAccessLogsBucket: new s3.Bucket(stack, 'Logs') });
    compliance.watch(new s3.Bucket(stack, 'Forgotten'));
    expect(kinds(stack)).toEqual(sorted(['sse_c_blocked', 'tls_only'], OF_ACCOUNT));
    const [id] = warningIds(compliance).filter((one) => one.startsWith(KEYLESS));
    expect(warningText(compliance, id)).toMatch(/Forgotten is under SSE-S3, so nobody looks at its key: give approvedKeys/);
  });

  test('under SSE-S3 that should not be is asked for the key', () => {
    const { stack, compliance } = made();
    compliance.watch(new s3.Bucket(stack, 'Forgotten'), { approvedKeys: [new RotatingS3Key(stack, 'Key')] });
    expect(kinds(stack)).toEqual(sorted(OF_BUCKET, OF_KEY, OF_ACCOUNT));
  });

  test.each<[string, (stack: Stack) => s3.IBucket, boolean]>([
    ['a SecureBucket that left it out', (stack) => new SecureBucket(stack, 'Data', { bucketKeyEnabled: false } as SecureBucketProps), false],
    ['a bucket of the CDK that forgot it', (stack) => new s3.Bucket(stack, 'Data', { encryptionKey: new RotatingS3Key(stack, 'Key') }), true],
  ])('%s: asked for the Bucket Key or not', (_, make, asked) => {
    const { stack, compliance } = made();
    compliance.watch(make(stack));
    expect(kinds(stack).includes('bucket_key')).toBe(asked);
  });

  test.each<[string, (stack: Stack) => s3.IBucket]>([
    ['a SecureBucket that says why', (stack) => new SecureBucket(stack, 'Data', { allowSseCBecause: 'an old client' })],
    ['a bucket of the CDK that says so', (stack) => new s3.Bucket(stack, 'Data', {
      encryptionKey: new RotatingS3Key(stack, 'Key'), blockedEncryptionTypes: [s3.BlockedEncryptionType.NONE],
    })],
  ])('that admits SSE-C is not asked to block it, and no automation does: %s', (_, make) => {
    const { stack, compliance } = made({ remediation: ComplianceRemediation.automatic() });
    compliance.watch(make(stack));
    expect(kinds(stack)).not.toContain('sse_c_blocked');
    const parameters = Object.values(Template.fromStack(stack).findResources('AWS::Config::RemediationConfiguration'))
      .map(({ Properties }) => Properties.Parameters as Record<string, { StaticValue: { Values: string[] } } | undefined>);
    const blocks = parameters.flatMap(({ BlockSSEC: block }) => block?.StaticValue.Values ?? []);
    expect([...new Set(blocks)]).toEqual(['false']);
  });

  test('is watched once, whatever it is called by', () => {
    const { stack, compliance } = made();
    const data = new SecureBucket(stack, 'Data');
    compliance.watch(data);
    compliance.watch(data);
    compliance.watch(s3.Bucket.fromBucketAttributes(stack, 'Same', { bucketName: data.bucketName, encryptionKey: data.encryptionKey }));
    compliance.watchKey(data.encryptionKey!);
    expect(kinds(stack)).toEqual(sorted(OF_BUCKET, OF_KEY, OF_ACCOUNT));
  });

  test('buckets of two stacks of one class are two', () => {
    class Data extends Stack { public readonly data = new SecureBucket(this, 'Data'); }
    const app = new App();
    const stack = new Stack(app, 'Security', { env: IRELAND });
    const compliance = new EncryptionCompliance(stack, 'Compliance', { recorder: ComplianceRecorder.existing() });
    for (const name of ['One', 'Two']) { compliance.watch(new Data(app, name, { env: IRELAND }).data); }
    expect(kinds(stack)).toEqual(sorted(OF_BUCKET, OF_BUCKET, OF_KEY, OF_KEY, OF_ACCOUNT));
  });

  test('forty of them are named in rules about trails of 15 each', () => {
    const { stack, compliance } = made();
    const key = new RotatingS3Key(stack, 'Key');
    for (let at = 0; at < 40; at += 1) { compliance.watch(s3.Bucket.fromBucketName(stack, `B${at}`, `bucket-${at}`), { approvedKeys: [key] }); }
    const names = rulesOf(stack).filter((rule) => runs(rule) === OF_ACCOUNT[0]).map(({ InputParameters }) => String(InputParameters!.S3BucketNames).split(','));
    expect(names.map(({ length }) => length)).toEqual([15, 15, 10]);
    expect(new Set(names.flat()).size).toBe(40);
  });
});

test('a key has to be rotated as often as it says itself, or as often as it is asked', () => {
  const periods = (props: EncryptionComplianceProps) => {
    const { stack, compliance } = made(props);
    compliance.watchKey(new RotatingS3Key(stack, 'Key', { rotation: KeyRotation.every(Duration.days(180)) }));
    compliance.watchKey(kms.Key.fromKeyArn(stack, 'Imported', KEY.replace('111122223333', IRELAND.account)));
    return rulesOf(stack).filter((rule) => runs(rule) === 'CUSTOM_LAMBDA').map(({ InputParameters }) => InputParameters!.maximumDays);
  };
  expect(periods({})).toEqual(['180', '365']);
  expect(periods({ maximumKeyRotationPeriod: Duration.days(90) })).toEqual(['90', '90']);
});

describe('the period of a key is read when everything has changed it', () => {
  const cfnOf = (key: kms.IKey) => key.node.defaultChild as kms.CfnKey;

  test.each<[string, unknown, (key: kms.Key) => void, boolean]>([
    ['an override before', '90', (key) => { cfnOf(key).addPropertyOverride('RotationPeriodInDays', 90); }, true],
    ['an override after', '90', (key) => { cfnOf(key).addPropertyOverride('RotationPeriodInDays', 90); }, false],
    ['its L1, after', '100', (key) => { cfnOf(key).rotationPeriodInDays = 100; }, false],
    ['an aspect', '200', (key) => { Aspects.of(key).add(onEach((node) => { if (node instanceof kms.CfnKey) { node.rotationPeriodInDays = 200; } })); }, false],
    ['a parameter', { Ref: 'Days' }, (key) => {
      cfnOf(key).rotationPeriodInDays = new CfnParameter(Stack.of(key), 'Days', { type: 'Number' }).valueAsNumber;
    }, true],
    ['an override that is a reference', { Ref: 'AWS::NoValue' }, (key) => { cfnOf(key).addPropertyOverride('RotationPeriodInDays', { Ref: 'AWS::NoValue' }); }, true],
    ['nothing, which means a year', '365', (key) => { cfnOf(key).addPropertyDeletionOverride('RotationPeriodInDays'); }, true],
  ])('by %s', (_, expected, change, early) => {
    const { stack, compliance } = made({ remediation: ComplianceRemediation.automatic() });
    const key = new kms.Key(stack, 'Key', { enableKeyRotation: true, rotationPeriod: Duration.days(300) });
    if (early) { change(key); }
    compliance.watchKey(key);
    if (!early) { change(key); }
    expect(rulesOf(stack).find((rule) => runs(rule) === 'CUSTOM_LAMBDA')!.InputParameters!.maximumDays).toEqual(expected);
    expect(remediationsOf(stack).key_rotation.RotationPeriodInDays).toEqual([expected]);
  });
});

test('one function asks for all keys, of which it may do nothing else, and AWS Config alone may call it', () => {
  const { stack, compliance } = made({ recorder: ComplianceRecorder.make() });
  const keys = ['One', 'Two'].map((id) => new RotatingS3Key(stack, id));
  keys.forEach((key) => { compliance.watchKey(key); });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.hasResourceProperties('AWS::Lambda::Permission', { Principal: 'config.amazonaws.com', SourceAccount: IRELAND.account });
  const statements = identityStatements(stack).filter(({ Action }) => JSON.stringify(Action).includes('kms:') || JSON.stringify(Action).includes('config:'));
  expect(statements.filter(({ Action }) => JSON.stringify(Action).includes('GetKeyRotationStatus')).flatMap(({ Resource }) => Resource))
    .toEqual(keys.map(({ keyArn }) => stack.resolve(keyArn) as unknown));
  const [recorder] = Object.keys(template.findResources('AWS::Config::ConfigurationRecorder'));
  const rules = Object.values(template.findResources('AWS::Config::ConfigRule', { Properties: { Source: { Owner: 'CUSTOM_LAMBDA' } } }));
  for (const { DependsOn: needs } of rules) { expect(needs).toEqual(expect.arrayContaining([recorder, expect.stringContaining('FunctionConfig')])); }
  expect(rules).toHaveLength(2);
});

describe('what nobody named', () => {
  const approved = (stack: Stack) => [kms.Key.fromKeyArn(stack, 'Approved', KEY)];

  test('an account: every bucket, and the approved keys of this account', () => {
    const { stack, compliance } = made({}, { account: '111122223333', region: 'eu-west-1' });
    const shared = RotatingS3Key.fromKeyArn(stack, 'Shared', KEY.replace('111122223333', OTHER_ACCOUNT));
    compliance.watchAccount({ approvedKeys: [...approved(stack), shared] });
    expect(kinds(stack)).toEqual(sorted(OF_BUCKET, OF_KEY, OF_ACCOUNT));
    const found = rulesOf(stack);
    const [rule] = found.filter((one) => runs(one) === 'default_key');
    expect(rule.Scope).toEqual({ ComplianceResourceTypes: ['AWS::S3::Bucket'] });
    const item = (key: string) => bucketItem({ ServerSideEncryptionConfiguration: encryption('aws:kms', key) });
    expect(evaluate(String(rule.Source.CustomPolicyDetails!.PolicyText), [item(KEY), item(shared.keyArn), item(KEY.replace('1234', '4321'))]))
      .toEqual(['COMPLIANT', 'COMPLIANT', 'NON_COMPLIANT']);
    expect(found.find((one) => runs(one) === 'S3_DEFAULT_ENCRYPTION_KMS')!.InputParameters).toEqual({ kmsKeyArns: `${KEY},${shared.keyArn}` });
    expect(found.find((one) => runs(one) === OF_ACCOUNT[0])!.InputParameters).toBeUndefined();
  });

  test('buckets under SSE-S3 on purpose are exempt, and the rule of AWS, which knows no exceptions, is left out', () => {
    const { stack, compliance } = made();
    compliance.watchAccount({ approvedKeys: approved(stack), sseS3BucketNames: ['logs'] });
    expect(kinds(stack)).not.toContain('S3_DEFAULT_ENCRYPTION_KMS');
    const [rule] = rulesOf(stack).filter((one) => runs(one) === 'default_key');
    const item = { ...bucketItem({ ServerSideEncryptionConfiguration: encryption('AES256', null, false) }) };
    expect(evaluate(String(rule.Source.CustomPolicyDetails!.PolicyText), [item, { ...item, resourceName: 'logs' }])).toEqual(['NON_COMPLIANT', 'NOT_APPLICABLE']);
  });

  test.each<[string, (compliance: EncryptionCompliance, options: ComplianceScopeOptions) => void]>([
    ['account', (compliance, options) => { compliance.watchAccount(options); }],
    ['tag', (compliance, options) => { compliance.watchTagged('data', options); }],
  ])('the tag of a bucket under SSE-S3 excuses it, unless tags are not trusted: %s', (_, watch) => {
    const logs = { ...bucketItem({ ServerSideEncryptionConfiguration: encryption('AES256', null, false) }), tags: { [EncryptionHook.SSE_S3_REASON_TAG]: 'logs' } };
    const verdict = (trust?: boolean) => {
      const { stack, compliance } = made();
      watch(compliance, { approvedKeys: approved(stack), trustSseS3ReasonTag: trust });
      const [rule] = rulesOf(stack).filter((one) => runs(one) === 'default_key');
      return evaluate(String(rule.Source.CustomPolicyDetails!.PolicyText), [logs])[0];
    };
    expect([verdict(), verdict(true), verdict(false)]).toEqual(['COMPLIANT', 'COMPLIANT', 'NON_COMPLIANT']);
  });

  test('and not where the bucket is named with its keys', () => {
    const { stack, compliance } = made();
    compliance.watch(s3.Bucket.fromBucketName(stack, 'Data', 'orders'), { approvedKeys: approved(stack) });
    const [rule] = rulesOf(stack).filter((one) => runs(one) === 'default_key');
    expect(String(rule.Source.CustomPolicyDetails!.PolicyText)).not.toContain(EncryptionHook.SSE_S3_REASON_TAG);
  });

  test('more keys than the rule of AWS takes leave it out, and more than fit are refused', () => {
    const { stack, compliance } = made();
    const keys = Array.from({ length: 60 }, (_, at) => kms.Key.fromKeyArn(stack, `Key${at}`, KEY.replace('1234abcd', String(10_000_000 + at))));
    compliance.watchTagged('a', { approvedKeys: keys.slice(0, 11) });
    expect(kinds(stack)).toContain('S3_DEFAULT_ENCRYPTION_KMS');
    const other = made();
    other.compliance.watchTagged('a', { approvedKeys: keys });
    expect(kinds(other.stack)).not.toContain('S3_DEFAULT_ENCRYPTION_KMS');
    for (const { Source } of rulesOf(other.stack)) { expect(String(Source.CustomPolicyDetails?.PolicyText ?? '').length).toBeLessThan(10_000); }
    expect(() => made().compliance.watchAccount({ approvedKeys: [...keys, ...keys] })).toThrow(/must fit into the 10000 characters of a rule, got 120 keys/);
  });

  test('a tag', () => {
    const { stack, compliance } = made();
    compliance.watchTagged('data', { tagValue: 'confidential', approvedKeys: approved(stack) });
    compliance.watchTagged('pii', { approvedKeys: approved(new Stack(stack, 'X')) });
    const scopes = rulesOf(stack).filter((rule) => runs(rule) === 'tls_only').map(({ Scope }) => Scope);
    expect(scopes).toEqual([{ TagKey: 'data', TagValue: 'confidential' }, { TagKey: 'pii' }]);
  });

  test('an organization', () => {
    const { stack, compliance } = made({ choices: [ComplianceChoice.on(ComplianceRule.BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED)] });
    compliance.watchOrganization({ approvedKeys: approved(stack), excludedAccounts: [OTHER_ACCOUNT] });
    const found = Object.values(Template.fromStack(stack).findResources('AWS::Config::OrganizationConfigRule')).map(({ Properties }) => Properties as {
      OrganizationConfigRuleName: string;
      ExcludedAccounts: string[];
      OrganizationManagedRuleMetadata?: { RuleIdentifier: string; InputParameters?: string };
      OrganizationCustomPolicyRuleMetadata?: { PolicyText: string; Runtime: string };
    });
    expect(found.map(({ OrganizationManagedRuleMetadata: managed, OrganizationCustomPolicyRuleMetadata: own }) => managed?.RuleIdentifier ?? /rule (\w+) when/.exec(own!.PolicyText)![1]).sort())
      .toEqual(sorted(OF_BUCKET, OF_ACCOUNT, ['S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED']));
    for (const { OrganizationConfigRuleName: name, ExcludedAccounts: excluded, OrganizationManagedRuleMetadata: managed } of found) {
      expect(name.length).toBeLessThanOrEqual(64);
      expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(excluded).toEqual([OTHER_ACCOUNT]);
      if (managed?.InputParameters !== undefined) { expect(JSON.parse(managed.InputParameters)).toBeInstanceOf(Object); }
    }
    expect(new Set(found.map(({ OrganizationConfigRuleName: name }) => name)).size).toBe(found.length);
  });
});

test('an organization, as one conformance pack', () => {
  const { stack, compliance } = made();
  compliance.watchOrganization({ approvedKeys: [kms.Key.fromKeyArn(stack, 'Key', KEY)], excludedAccounts: [OTHER_ACCOUNT], asConformancePack: true });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Config::OrganizationConfigRule', 0);
  const [{ Properties: pack }] = Object.values(template.findResources('AWS::Config::OrganizationConformancePack'));
  expect(pack.OrganizationConformancePackName).toMatch(/^[A-Za-z][-A-Za-z0-9]{0,127}$/);
  expect(pack.ExcludedAccounts).toEqual([OTHER_ACCOUNT]);
  expect(pack.TemplateBody.length).toBeLessThan(51_200); // https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConformancePack.html
  const { Resources: rules } = JSON.parse(pack.TemplateBody as string) as { Resources: Record<string, { readonly Properties: Rule }> };
  expect(Object.values(rules).map(({ Properties }) => runs(Properties)).sort()).toEqual(sorted(OF_BUCKET, OF_ACCOUNT));
  const guard = rules.DefaultKey.Properties;
  expect(guard.Scope).toEqual({ ComplianceResourceTypes: ['AWS::S3::Bucket'] });
  const item = (key: string) => bucketItem({ ServerSideEncryptionConfiguration: encryption('aws:kms', key) });
  expect(evaluate(String(guard.Source.CustomPolicyDetails!.PolicyText), [item(KEY), item(KEY.replace('1234', '4321'))])).toEqual(['COMPLIANT', 'NON_COMPLIANT']);
  expect(rules.BucketDefaultEncryptionKms.Properties.InputParameters).toEqual({ kmsKeyArns: KEY });
});

test('a conformance pack with a key of the stack is put together when it is deployed', () => {
  const { stack, compliance } = made();
  compliance.watchOrganization({ approvedKeys: [new RotatingS3Key(stack, 'Key')], asConformancePack: true });
  const [{ Properties: pack }] = Object.values(Template.fromStack(stack).findResources('AWS::Config::OrganizationConformancePack'));
  const parts = pack.TemplateBody['Fn::Join'][1] as unknown[];
  const text = parts.map((part) => (typeof part === 'string' ? part : 'deployed')).join('');
  expect(Object.keys((JSON.parse(text) as { Resources: object }).Resources)).toContain('DefaultKey');
});

describe('the recorder', () => {
  const ASSUMED = 'cdk-s3-encryption:EncryptionCompliance.recorderAssumed';

  test('is not assumed without a word', () => {
    const { compliance } = made({ recorder: undefined });
    expect(warningText(compliance, ASSUMED)).toMatch(/without one the deployment fails/);
    expect(warningIds(made().compliance)).not.toContain(ASSUMED);
    expect(warningIds(made({ recorder: ComplianceRecorder.make() }).compliance)).not.toContain(ASSUMED);
  });

  test('of its own is there before the rules, and delivers under the key of its bucket', () => {
    const { stack, compliance } = made({ recorder: ComplianceRecorder.make() });
    compliance.watch(new SecureBucket(stack, 'Data'));
    const template = Template.fromStack(stack);
    const [recorder] = Object.keys(template.findResources('AWS::Config::ConfigurationRecorder'));
    const [channel] = Object.keys(template.findResources('AWS::Config::DeliveryChannel'));
    for (const { DependsOn: needs } of Object.values(template.findResources('AWS::Config::ConfigRule'))) {
      expect(needs).toEqual(expect.arrayContaining([recorder, channel]));
    }
    template.hasResourceProperties('AWS::Config::DeliveryChannel', { S3KmsKeyArn: Match.anyValue() });
    template.hasResourceProperties('AWS::Config::ConfigurationRecorder', { RecordingGroup: { AllSupported: false, ResourceTypes: ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::CloudTrail::Trail'] } });
    // CloudFormation makes both side by side: one that waits for the other would wait for ever.
    expect(template.findResources('AWS::Config::ConfigurationRecorder')[recorder].DependsOn ?? []).not.toContain(channel);
    expect(template.findResources('AWS::Config::DeliveryChannel')[channel].DependsOn ?? []).not.toContain(recorder);
  });

  test('may deliver into a bucket that is there', () => {
    const { stack, compliance } = made();
    const bucket = new SecureBucket(stack, 'Archive');
    new EncryptionCompliance(stack, 'Other', { recorder: ComplianceRecorder.make({ bucket }) }).watch(bucket);
    compliance.watch(bucket);
    Template.fromStack(stack).hasResourceProperties('AWS::Config::DeliveryChannel', { S3BucketName: stack.resolve(bucket.bucketName) as object });
  });
});

test.each([
  ['eu-south-1', ['KMS_CMK_NOT_SCHEDULED_FOR_DELETION'], 'key-not-scheduled-for-deletion'],
  ['us-gov-west-1', ['KMS_KEY_POLICY_NO_PUBLIC_ACCESS'], 'key-policy-not-public'],
])('in %s there is no rule that AWS does not offer there, which is said', (region, without, id) => {
  const { stack, compliance } = made({}, { account: IRELAND.account, region });
  compliance.watchKey(new RotatingS3Key(stack, 'Key'));
  expect(kinds(stack)).toEqual(OF_KEY.filter((rule) => !without.includes(rule)));
  expect(warningIds(compliance)).toContain(`cdk-s3-encryption:EncryptionCompliance.ruleNotInRegion.${id}`);
});

test('a key of another account may be approved, and that nobody here looks at it is said', () => {
  const { stack, compliance } = made();
  const shared = kms.Key.fromKeyArn(stack, 'Shared', KEY.replace('111122223333', OTHER_ACCOUNT));
  compliance.watch(s3.Bucket.fromBucketName(stack, 'Data', 'orders'), { approvedKeys: [shared] });
  expect(kinds(stack)).toEqual(sorted(OF_BUCKET, OF_ACCOUNT));
  expect(warningText(compliance, `cdk-s3-encryption:EncryptionCompliance.keyElsewhere.${shared.node.addr}`)).toMatch(/nobody here looks at the key Stack\/Shared/);
});

test.each([
  ['imported material', { origin: 'EXTERNAL' }],
  ['an RSA key', { keySpec: 'RSA_2048', keyUsage: 'ENCRYPT_DECRYPT' }],
])('nobody asks for the rotation of %s', (_, props) => {
  const { stack, compliance } = made();
  const cfn = new kms.CfnKey(stack, 'Cfn', { keyPolicy: {}, ...props });
  const key = new kms.Key(stack, 'Key');
  Object.defineProperty(key.node, 'defaultChild', { value: cfn });
  compliance.watchKey(key);
  expect(kinds(stack)).toEqual(OF_KEY.filter((rule) => rule !== 'CUSTOM_LAMBDA' && rule !== 'key_rotation'));
});

describe('a bucket that is changed after it was watched is refused, since it would be asked for something else', () => {
  test.each<[string, (bucket: s3.Bucket) => void]>([
    ['by an override', (bucket) => {
      (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm', 'aws:kms');
    }],
    ['by an aspect', (bucket) => {
      Aspects.of(bucket).add(onEach((node) => {
        if (s3.CfnBucket.isCfnBucket(node)) { node.bucketEncryption = { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }] }; }
      }));
    }],
  ])('%s', (_, change) => {
    const { stack, compliance, app } = made({ remediation: ComplianceRemediation.automatic() });
    const bucket = new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.S3_MANAGED });
    compliance.watch(bucket);
    change(bucket);
    expect(() => app.synth()).toThrow(/must be what it was when watch\(\) was called, AES256, got aws:kms in the template.*WatchedTooEarly/);
  });
});

test('more approved keys than the rule of AWS takes leave it out for one bucket too', () => {
  const { stack, compliance } = made();
  const keys = Array.from({ length: 12 }, (_, at) => kms.Key.fromKeyArn(stack, `Key${at}`, KEY.replace('1234abcd', String(10_000_000 + at)).replace('111122223333', IRELAND.account)));
  compliance.watch(s3.Bucket.fromBucketName(stack, 'Data', 'orders'), { approvedKeys: keys });
  expect(kinds(stack)).not.toContain('S3_DEFAULT_ENCRYPTION_KMS');
});

test('rules of an organization wait for a recorder that is made beside them', () => {
  const { stack, compliance } = made({ recorder: ComplianceRecorder.make() });
  compliance.watchOrganization({ approvedKeys: [kms.Key.fromKeyArn(stack, 'Key', KEY)] });
  const template = Template.fromStack(stack);
  const [recorder] = Object.keys(template.findResources('AWS::Config::ConfigurationRecorder'));
  for (const { DependsOn: needs } of Object.values(template.findResources('AWS::Config::OrganizationConfigRule'))) { expect(needs).toContain(recorder); }
});

describe('choices', () => {
  test('leave out, with a warning that has the reason', () => {
    const { stack, compliance } = made({ choices: [ComplianceChoice.off(ComplianceRule.TRAIL_VALIDATED, 'the organization has one')] });
    compliance.watch(new SecureBucket(stack, 'Data'));
    expect(kinds(stack)).not.toContain('CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED');
    expect(warningText(compliance, 'cdk-s3-encryption:EncryptionCompliance.ruleOff.trail-validated')).toMatch(/the organization has one/);
  });

  test('add what is off by default, and say where it proves nothing', () => {
    const { stack, compliance } = made({
      choices: [ComplianceRule.BUCKET_SSL_REQUESTS_ONLY, ComplianceRule.BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED]
        .map((rule) => ComplianceChoice.on(rule)),
    });
    compliance.watch(new SecureBucket(stack, 'Data'));
    expect(kinds(stack)).toEqual(expect.arrayContaining(['S3_BUCKET_SSL_REQUESTS_ONLY', 'S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED']));
    expect(warningIds(compliance)).toContain('cdk-s3-encryption:EncryptionCompliance.provesNothing');
  });
});

describe('remediation', () => {
  test('acts as a role that may change what is watched, and nothing else', () => {
    const { stack, compliance } = made({ remediation: ComplianceRemediation.manual() });
    const data = new SecureBucket(stack, 'Data', { encryptionKey: new RotatingS3Key(stack, 'Key') });
    compliance.watch(data);
    const statements = identityStatements(stack).filter(({ Action }) => JSON.stringify(Action).includes('PutEncryptionConfiguration') || JSON.stringify(Action).includes('PutBucketPolicy') || JSON.stringify(Action).includes('EnableKeyRotation'));
    const bucketArn = stack.resolve(data.bucketArn) as object;
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [['s3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration'], bucketArn],
      [['s3:GetBucketPolicy', 's3:PutBucketPolicy'], bucketArn],
      [['kms:GetKeyRotationStatus', 'kms:EnableKeyRotation'], stack.resolve(data.encryptionKey!.keyArn)],
    ]);
    expect(compliance.remediationRole).toBeDefined();
    expect(made().compliance.remediationRole).toBeUndefined();
  });

  test('waits for somebody, a tenth of a rule at a time, and is about one bucket or key each', () => {
    const { stack, compliance } = made({ remediation: ComplianceRemediation.manual() });
    compliance.watch(new SecureBucket(stack, 'Data'));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Config::RemediationConfiguration', 6);
    template.resourceCountIs('AWS::SSM::Document', 3);
    template.allResourcesProperties('AWS::Config::RemediationConfiguration', {
      Automatic: false, ExecutionControls: { SsmControls: { ConcurrentExecutionRatePercentage: 10, ErrorPercentage: 10 } },
    });
    const rules = Object.values(template.findResources('AWS::Config::RemediationConfiguration'))
      .map(({ Properties }) => template.findResources('AWS::Config::ConfigRule')[Properties.ConfigRuleName.Ref as string]);
    const subjects = rules.map(({ Properties: { Scope: scope, InputParameters: input } }) => scope?.ComplianceResourceId ?? input.keyArn);
    expect(subjects.filter((subject) => subject === undefined)).toEqual([]);
  });

  test('automatic, as often as it is told', () => {
    const { stack, compliance } = made({ remediation: ComplianceRemediation.automatic({ maximumAttempts: 25, retryInterval: Duration.hours(2) }) });
    compliance.watchKey(new RotatingS3Key(stack, 'Key'));
    Template.fromStack(stack).allResourcesProperties('AWS::Config::RemediationConfiguration', { Automatic: true, MaximumAutomaticAttempts: 25, RetryAttemptSeconds: 7200 });
  });

  test('where CloudFormation has none: the automations, and a warning', () => {
    const { stack, compliance } = made({ remediation: ComplianceRemediation.automatic() }, { account: IRELAND.account, region: 'eu-north-1' });
    compliance.watch(new SecureBucket(stack, 'Data'));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Config::RemediationConfiguration', 0);
    template.resourceCountIs('AWS::SSM::Document', 3);
    expect(warningText(compliance, 'cdk-s3-encryption:EncryptionCompliance.remediationNotInRegion')).toMatch(/in eu-north-1: the automations are made, and nobody starts them/);
  });

  test.each<[string, (compliance: EncryptionCompliance, options: ComplianceScopeOptions) => void]>([
    ['a tag', (compliance, options) => { compliance.watchTagged('data', options); }],
    ['an organization', (compliance, options) => { compliance.watchOrganization(options); }],
  ])('that it leaves out the buckets of %s is said, and only where there is one', (_, watch) => {
    const ids = (remediation?: ComplianceRemediation) => {
      const { stack, compliance } = made({ remediation });
      watch(compliance, { approvedKeys: [new RotatingS3Key(stack, 'Key')] });
      return warningIds(compliance).filter((id) => id.endsWith('.remediationOfNamed')).length;
    };
    expect([ids(ComplianceRemediation.manual()), ids()]).toEqual([1, 0]);
  });

  test('the regions without are those of the schemas of CloudFormation', async () => {
    const python = await ensurePythonEnvironment();
    const folder = execFileSync(python, ['-c', 'import cfnlint, os; print(os.path.dirname(cfnlint.__file__))'], { encoding: 'utf8' }).trim();
    const schemas = join(folder, 'data', 'schemas', 'providers');
    const without = readdirSync(schemas).filter((file) => /^[a-z]+_.*\d\.py$/.test(file) && !file.includes('_iso') && !file.startsWith('eusc'))
      .filter((file) => !readFileSync(join(schemas, file), 'utf8').includes('"AWS::Config::RemediationConfiguration"'));
    expect(without.map((file) => file.replace(/\.py$/, '').replaceAll('_', '-')).sort()).toEqual([...WITHOUT_REMEDIATION].sort());
  });

  test('is there for what is named, and not for every bucket of an account', () => {
    const { stack, compliance } = made({ remediation: ComplianceRemediation.manual() });
    compliance.watchAccount({ approvedKeys: [kms.Key.fromKeyArn(stack, 'Key', KEY.replace('111122223333', OTHER_ACCOUNT))] });
    expect(() => Template.fromStack(stack)).toThrow(/'remediation' sets right what watch\(\) and watchKey\(\) name, and nothing is named.*RemediationForNothing/);
    const both = made({ remediation: ComplianceRemediation.manual() });
    both.compliance.watchAccount({ approvedKeys: [new RotatingS3Key(both.stack, 'Key')] });
    expect(warningText(both.compliance, 'cdk-s3-encryption:EncryptionCompliance.remediationOfNamed'))
      .toMatch(/of what is watched as 'Account' the approved keys alone: nobody sets its buckets right/);
    // That of the key, which is named.
    Template.fromStack(both.stack).allResourcesProperties('AWS::Config::RemediationConfiguration', { ResourceType: 'AWS::KMS::Key' });
  });
});

describe('refuses', () => {
  const withKey = (stack: Stack) => ({ approvedKeys: [kms.Key.fromKeyArn(stack, 'Approved', KEY)] });

  test.each<[string, RegExp, (compliance: EncryptionCompliance, stack: Stack) => void]>([
    ['a bucket of another region', /'bucket' must be in the region of the stack that watches it, 'eu-west-1', got 'us-east-1'.*\[WatchedElsewhere/,
      (compliance, stack) => { compliance.watch(s3.Bucket.fromBucketAttributes(stack, 'B', { bucketName: 'orders', region: 'us-east-1' }), withKey(stack)); }],
    ['a key of another account', /'key' must be in the account.*WatchedElsewhere/,
      (compliance, stack) => { compliance.watchKey(kms.Key.fromKeyArn(stack, 'K', KEY.replace('111122223333', OTHER_ACCOUNT))); }],
    ['a bucket whose key nobody knows', /'approvedKeys' must say which keys the bucket .*B may be under, got none and the bucket is imported without its key.*ApprovedKeysUnknown/,
      (compliance, stack) => { compliance.watch(s3.Bucket.fromBucketName(stack, 'B', 'orders')); }],
    ['a bucket under aws/s3', /its default encryption names none, which is the AWS managed key aws\/s3.*ApprovedKeysUnknown/,
      (compliance, stack) => { compliance.watch(new s3.Bucket(stack, 'B', { encryption: s3.BucketEncryption.KMS_MANAGED })); }],
    ['no approved keys', /'approvedKeys' must name at least one key, got \[\].*NoApprovedKeys/,
      (compliance) => { compliance.watchAccount({ approvedKeys: [] }); }],
    ['a key by an alias', /'approvedKeys' must be known by their ARNs, got the alias "arn:aws:kms:eu-west-1:111122223333:alias\/orders".*KeyByAlias/,
      (compliance, stack) => { compliance.watchAccount({ approvedKeys: [kms.Key.fromKeyArn(stack, 'K', 'arn:aws:kms:eu-west-1:111122223333:alias/orders')] }); }],
    ['no buckets under SSE-S3', /'sseS3BucketNames' must name at least one bucket, got \[\]/,
      (compliance, stack) => { compliance.watchAccount({ ...withKey(stack), sseS3BucketNames: [] }); }],
    ['a bucket twice, with other keys', /'approvedKeys' of .*B must be the same in every call of watch\(\).*WatchedTwice/, (compliance, stack) => {
      const bucket = s3.Bucket.fromBucketName(stack, 'B', 'orders');
      compliance.watch(bucket, { approvedKeys: [new RotatingS3Key(stack, 'One')] });
      compliance.watch(bucket, { approvedKeys: [new RotatingS3Key(stack, 'Two')] });
    }],
    ['a second recorder', /'recorder' must be made once.*RecorderTwice/, (_, stack) => {
      for (const id of ['One', 'Two']) { new EncryptionCompliance(stack, id, { recorder: ComplianceRecorder.make() }); }
    }],
    ['more keys than a remediation takes', /'approvedKeys' must be at most 25 where there is 'remediation', got 26/, (_, stack) => {
      const keys = Array.from({ length: 26 }, (__, at) => kms.Key.fromKeyArn(stack, `Key${at}`, KEY.replace('1234abcd', String(10_000_000 + at))));
      new EncryptionCompliance(stack, 'Other', { remediation: ComplianceRemediation.manual() }).watch(s3.Bucket.fromBucketName(stack, 'B', 'orders'), { approvedKeys: keys });
    }],
    ['a tag that is a token', /'tagKey' must have 1 to 128 characters and be known at synthesis, got the token \{"Ref":"Tag"\}: give the text itself.*TagInvalid/,
      (compliance, stack) => { compliance.watchTagged(new CfnParameter(stack, 'Tag').valueAsString, withKey(stack)); }],
    ['a value of a tag that is a token', /'tagValue' must have 1 to 256 characters and be known at synthesis, got the token/,
      (compliance, stack) => { compliance.watchTagged('data', { ...withKey(stack), tagValue: new CfnParameter(stack, 'Tag').valueAsString }); }],
    ['a tag without a key', /'tagKey' must have 1 to 128 characters .*, got '': give the key/, (compliance, stack) => { compliance.watchTagged('', withKey(stack)); }],
    ['a tag without a value', /'tagValue' must have 1 to 256 .*, got '': leave it out for any value/,
      (compliance, stack) => { compliance.watchTagged('data', { ...withKey(stack), tagValue: '' }); }],
    ['too long a tag', /'tagKey' must have 1 to 128/, (compliance, stack) => { compliance.watchTagged('x'.repeat(129), withKey(stack)); }],
    ['a period that is a token', /'maximumKeyRotationPeriod' must be known at synthesis, got a token.*RotationPeriodInvalid/, (_, stack) => {
      new EncryptionCompliance(stack, 'Other', { maximumKeyRotationPeriod: Duration.days(new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber) });
    }],
    ['a wait that is a token', /'retryInterval' must be known at synthesis, got a token/, (_, stack) => {
      ComplianceRemediation.automatic({ retryInterval: Duration.seconds(new CfnParameter(stack, 'Wait', { type: 'Number' }).valueAsNumber) });
    }],
    ['an account twice', /what is watched as 'Account' must be watched once.*WatchedTwice/,
      (compliance, stack) => { const options = withKey(stack); compliance.watchAccount(options); compliance.watchAccount(options); }],
  ])('%s', (_, message, act) => {
    const { stack, compliance } = made();
    expect(() => { act(compliance, stack); }).toThrow(message);
  });

  test('nothing that is watched', () => {
    const { app } = made();
    expect(() => app.synth()).toThrow(/nothing is watched, so no rule is made.*NothingWatched/);
  });

  test.each<[string, RegExp, () => void]>([
    ['no reason', /'because' must say why 'bucket-key'.*got an empty text/, () => { ComplianceChoice.off(ComplianceRule.BUCKET_KEY, ' '); }],
    ['a rule that is on', /'rule' must be one that is off by default, got 'bucket-key'/, () => { ComplianceChoice.on(ComplianceRule.BUCKET_KEY); }],
    ['two choices', /'choices' must have one choice for each rule, got 2 for 'bucket-key'.*ChoiceTwice/,
      () => { made({ choices: [ComplianceChoice.off(ComplianceRule.BUCKET_KEY, 'a'), ComplianceChoice.off(ComplianceRule.BUCKET_KEY, 'b')] }); }],
    ['26 attempts', /'maximumAttempts' must be a whole number from 1 to 25, got 26/, () => { ComplianceRemediation.automatic({ maximumAttempts: 26 }); }],
    ['no attempt', /'maximumAttempts' must be a whole number from 1 to 25, got 0/, () => { ComplianceRemediation.automatic({ maximumAttempts: 0 }); }],
    ['half a second', /'retryInterval' must be whole seconds, from 1 to 2,678,000, got 0.5/, () => { ComplianceRemediation.automatic({ retryInterval: Duration.millis(500) }); }],
    ['too long a wait', /'retryInterval' must be whole seconds, from 1 to 2,678,000, got 2764800/, () => { ComplianceRemediation.automatic({ retryInterval: Duration.days(32) }); }],
    ['a period of less than KMS has', /'maximumKeyRotationPeriod' must be whole days, from 90 to 2560, got 30/, () => { made({ maximumKeyRotationPeriod: Duration.days(30) }); }],
    ['half a day', /'maximumKeyRotationPeriod' must be whole days, from 90 to 2560, got 100.5/, () => { made({ maximumKeyRotationPeriod: Duration.hours(2412) }); }],
    ['every rule off', /'choices' must leave at least one rule/, () => {
      made({ choices: Object.values(ComplianceRule).filter((rule): rule is ComplianceRule => rule instanceof ComplianceRule).map((rule) => ComplianceChoice.off(rule, 'not here')) });
    }],
  ])('%s', (_, message, act) => { expect(act).toThrow(message); });
});

describe('what no rule is left to look at is refused', () => {
  const off = (...rules: ComplianceRule[]) => rules.map((rule) => ComplianceChoice.off(rule, 'not here'));
  const ROTATION = [ComplianceRule.KEY_ROTATION, ComplianceRule.KEY_ROTATION_PERIOD];
  const OF_KEYS = [...ROTATION, ComplianceRule.KEY_USABLE, ComplianceRule.KEY_NOT_SCHEDULED_FOR_DELETION, ComplianceRule.KEY_POLICY_NOT_PUBLIC];
  const OF_BUCKETS = [
    ComplianceRule.BUCKET_DEFAULT_ENCRYPTION_KMS, ComplianceRule.BUCKET_DEFAULT_KEY, ComplianceRule.BUCKET_KEY, ComplianceRule.BUCKET_SSE_C_BLOCKED,
    ComplianceRule.BUCKET_TLS_ONLY,
  ];
  const keys = (stack: Stack, count: number) => Array.from({ length: count }, (_, at) => kms.Key.fromKeyArn(stack, `Key${at}`, KEY.replace('1234abcd', String(10_000_000 + at))));

  test.each<[string, RegExp, ComplianceRule[], (compliance: EncryptionCompliance, stack: Stack) => void]>([
    ['a key', /'choices' must leave a rule that looks at the key Stack\/Key, got none.*NobodyLooks/, OF_KEYS,
      (compliance, stack) => { compliance.watchKey(new RotatingS3Key(stack, 'Key')); }],
    ['a bucket', /looks at the bucket Stack\/Data, got none/, [...OF_BUCKETS, ComplianceRule.BUCKET_DATA_EVENTS],
      (compliance, stack) => { compliance.watch(new SecureBucket(stack, 'Data')); }],
    ['a tag', /looks at what is watched as 'Tagged-data', got none/, OF_BUCKETS, (compliance, stack) => { compliance.watchTagged('data', { approvedKeys: keys(stack, 1) }); }],
    ['the keys of an account with exceptions', /'approvedKeys' must be compared by a rule, got none: default-key is turned off, .* is left out for 'sseS3BucketNames'.*NobodyLooks/,
      [ComplianceRule.BUCKET_DEFAULT_KEY], (compliance, stack) => { compliance.watchAccount({ approvedKeys: keys(stack, 1), sseS3BucketNames: ['logs'] }); }],
    ['twelve keys of an organization', /is left out for 12 approvedKeys/,
      [ComplianceRule.BUCKET_DEFAULT_KEY], (compliance, stack) => { compliance.watchOrganization({ approvedKeys: keys(stack, 12) }); }],
    ['twelve keys of a bucket', /is left out for 12 approvedKeys/, [ComplianceRule.BUCKET_DEFAULT_KEY],
      (compliance, stack) => { compliance.watch(s3.Bucket.fromBucketName(stack, 'Data', 'orders'), { approvedKeys: keys(stack, 12) }); }],
  ])('%s', (_, message, rules, act) => {
    const { stack, compliance } = made({ choices: off(...rules) });
    expect(() => { act(compliance, stack); }).toThrow(message);
  });

  test('a period', () => {
    const period = { maximumKeyRotationPeriod: Duration.days(180) };
    expect(() => made({ ...period, choices: off(...ROTATION) })).toThrow(/'maximumKeyRotationPeriod' must be compared by the rule key-rotation-period.*PeriodForNothing/);
    expect(() => made({ ...period, choices: off(ComplianceRule.KEY_ROTATION_PERIOD) })).toThrow(/PeriodForNothing/);
    // The automation of the other one sets it.
    expect(() => made({ ...period, choices: off(ComplianceRule.KEY_ROTATION_PERIOD), remediation: ComplianceRemediation.manual() })).not.toThrow();
    expect(() => made({ ...period, choices: off(ComplianceRule.KEY_ROTATION) })).not.toThrow();
  });

  test('but not the keys where both rules about them are turned off with a reason, nor those that a bucket brings along', () => {
    const without = made({ choices: off(ComplianceRule.BUCKET_DEFAULT_KEY, ComplianceRule.BUCKET_DEFAULT_ENCRYPTION_KMS) });
    without.compliance.watchAccount({ approvedKeys: keys(without.stack, 1), sseS3BucketNames: ['logs'] });
    expect(kinds(without.stack)).toContain('tls_only');
    const keyless = made({ choices: off(...OF_KEYS) });
    keyless.compliance.watch(new SecureBucket(keyless.stack, 'Data'));
    expect(kinds(keyless.stack)).toEqual(sorted(OF_BUCKET, OF_ACCOUNT));
  });
});

test('every rule says what it answers, in the words of the standards', () => {
  const rules = Object.values(ComplianceRule).filter((rule): rule is ComplianceRule => rule instanceof ComplianceRule);
  const shapes: Record<string, RegExp> = {
    securityHub: /^(S3|KMS|CloudTrail)\.\d+$/, cis5: /^\d\.\d+(\.\d+)?$/, cis7: /^\d\.\d+(\.\d+)?$/, nist80053: /^[A-Z]{2}-\d+(\(\d+\))?$/, pciDss: /^\d+(\.\d+)+$/, hipaa: /^164\.3\d\d\([a-z]\)/,
  };
  for (const { id, title, mappings } of rules) {
    expect(id).toMatch(/^[a-z0-9-]+$/);
    expect(title.length).toBeLessThanOrEqual(200);
    for (const [standard, controls] of Object.entries(mappings)) {
      for (const control of controls as string[]) { expect([standard, control, shapes[standard].test(control)]).toEqual([standard, control, true]); }
    }
  }
  expect(Token.isUnresolved(rules)).toBe(false);
});
