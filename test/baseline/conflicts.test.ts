import { App, Aws, aws_kms as kms, aws_s3 as s3, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MAIL, ofType } from './world';
import {
  AccessAnalyzer, BackfillSource, BaselineAccount, BaselineAlarms, BaselineAuditTrail, BaselineBackfill, BaselineCompliance, BaselineDataDiscovery,
  BaselineKey, BaselineKeyAccess, BaselineObjectReport, ComplianceRecorder, EncryptionAccountBaseline, EncryptionAlarms, EncryptionAuditTrail,
  EncryptionBackfillJob, EncryptionCompliance, KeyAccessAnalysis, MacieSession, ObjectSource, RotatingS3Key, S3EncryptionBaseline,
  type S3EncryptionBaselineProps, SecureBucket,
} from '../../src';
import { IRELAND, testStack } from '../helpers/stack';
import { warningIds } from '../helpers/template';

const NOTIFY = { notify: [MAIL] };
const stackOf = (app: App, id: string): Stack => new Stack(app, id, { env: IRELAND });

describe('what an account has once', () => {
  const parts: [string, Partial<S3EncryptionBaselineProps>, RegExp][] = [
    ['a recorder', { compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.make() }) }, /'recorder' must be made once.*beside A\/.*ComplianceRecorder\.existing\(\)/],
    ['an analyzer of access from outside', { keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make() }) }, /'externalAccess' must be made once.*beside A\/.*AccessAnalyzer\.existing\(\)/],
    ['one of access from inside', {
      keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing(), internalAccess: AccessAnalyzer.make() }),
    }, /'internalAccess' must be made once.*beside A\/.*BaselineKeyAccess\.use\(\)/],
    ['a session of Macie', { sensitiveData: BaselineDataDiscovery.make({ session: MacieSession.make() }) }, /'session' must be made once.*beside A\/.*MacieSession\.existing\(\)/],
  ];

  test.each(parts)('%s is not made by two stacks of one account and region', (_, props, message) => {
    const app = new App();
    new S3EncryptionBaseline(stackOf(app, 'A'), 'Orders', { ...NOTIFY, ...props });
    expect(() => new S3EncryptionBaseline(stackOf(app, 'B'), 'Orders', { ...NOTIFY, ...props })).toThrow(message);
  });

  test.each(parts)('%s may be made by stacks of two regions, and by those that may be deployed anywhere', (_, props) => {
    const app = new App();
    for (const env of [IRELAND, { ...IRELAND, region: 'us-east-1' }, undefined]) {
      new S3EncryptionBaseline(new Stack(app, `In${env?.region ?? 'Any'}`, { env }), 'Orders', { ...NOTIFY, ...props });
    }
    new S3EncryptionBaseline(new Stack(app, 'InAnother'), 'Orders', { ...NOTIFY, ...props });
  });
});

describe('two alarms', () => {
  const namespaces = (stack: Stack) => ofType(stack, 'AWS::Logs::MetricFilter')
    .map(([, { Properties }]) => (Properties as { MetricTransformations: Record<'MetricNamespace' | 'MetricName', string>[] }).MetricTransformations[0])
    .map(({ MetricNamespace, MetricName }) => `${MetricNamespace} ${MetricName}`);

  test('of one stack never count in the same metric', () => {
    const stack = testStack({ env: IRELAND });
    new S3EncryptionBaseline(stack, 'Orders', NOTIFY);
    new S3EncryptionBaseline(stack, 'Invoices', { ...NOTIFY, alarms: BaselineAlarms.make() });
    const found = namespaces(stack);
    expect(found.length).toBeGreaterThan(10);
    expect(new Set(found).size).toBe(found.length);
  });

  test('of two stacks neither', () => {
    const app = new App();
    const found = ['A', 'B'].map((id) => {
      const stack = stackOf(app, id);
      new S3EncryptionBaseline(stack, 'Orders', NOTIFY);
      return stack;
    }).flatMap(namespaces);
    expect(new Set(found).size).toBe(found.length);
  });

  test('cannot be given the same metrics', () => {
    const stack = testStack({ env: IRELAND });
    const { logGroup: trailLogGroup } = new EncryptionAuditTrail(stack, 'Trail');
    const alarms = (id: string) => new EncryptionAlarms(stack, id, { ...NOTIFY, trailLogGroup, metricNamespace: 'Security' });
    alarms('One');
    expect(() => alarms('Two')).toThrow(/'metricNamespace' must be another one for each EncryptionAlarms.*got 'Security', in which Stack\/One counts: leave it out/);
  });
});

describe('what would have each stack wait for the other is refused', () => {
  const twoStacks = () => {
    const app = new App();
    const account = new EncryptionAccountBaseline(stackOf(app, 'Account'), 'Account', NOTIFY);
    return { there: Stack.of(account), here: stackOf(app, 'Here'), account: BaselineAccount.use(account) };
  };

  test('a key beside the rules of the account, also with a trail here', () => {
    const { there, here, account } = twoStacks();
    const key = BaselineKey.use(new RotatingS3Key(there, 'Key'));
    expect(() => new S3EncryptionBaseline(here, 'Orders', { ...NOTIFY, account, key, auditTrail: BaselineAuditTrail.make() }))
      .toThrow(/'key' must not be in Account, the stack that watches the bucket from there.*got Account\/Key: make it in the stack of the bucket or in a third one/);
  });

  test.each<[string, (stack: Stack) => Partial<S3EncryptionBaselineProps>]>([
    ['compliance', (stack) => ({ compliance: BaselineCompliance.use(new EncryptionCompliance(stack, 'Compliance', { recorder: ComplianceRecorder.existing() })) })],
    ['keyAccess', (stack) => ({
      keyAccess: BaselineKeyAccess.use(new KeyAccessAnalysis(stack, 'Access', {
        alarms: new EncryptionAlarms(stack, 'Alarms', NOTIFY), externalAccess: AccessAnalyzer.existing(),
      })),
    })],
  ])('a key beside the %s that is given', (_, given) => {
    const app = new App();
    const [there, here] = [stackOf(app, 'There'), stackOf(app, 'Here')];
    const key = BaselineKey.use(new RotatingS3Key(there, 'Key'));
    expect(() => new S3EncryptionBaseline(here, 'Orders', { ...NOTIFY, ...given(there), key })).toThrow(/'key' must not be in There/);
  });

  test('a log bucket beside what watches', () => {
    const { there, here, account } = twoStacks();
    const serverAccessLogsBucket = new SecureBucket(there, 'Data').accessLogsBucket!;
    expect(() => new S3EncryptionBaseline(here, 'Orders', { ...NOTIFY, account, bucketProps: { serverAccessLogsBucket, serverAccessLogsPrefix: 'orders/' } }))
      .toThrow(/'bucketProps\.serverAccessLogsBucket' must not be in Account/);
  });

  test('a report here of an account elsewhere, whose message leads out', () => {
    const { here, account } = twoStacks();
    const objectReport = BaselineObjectReport.make({ source: ObjectSource.inventory() });
    expect(() => new S3EncryptionBaseline(here, 'Orders', { ...NOTIFY, account, objectReport }))
      .toThrow(/alarms: BaselineAlarms\.make\(\) and auditTrail: BaselineAuditTrail\.make\(\), a second trail that is paid for/);
    const again = twoStacks();
    new S3EncryptionBaseline(again.here, 'Orders', {
      ...NOTIFY, account: again.account, objectReport, alarms: BaselineAlarms.make(), auditTrail: BaselineAuditTrail.make(),
    });
    expect(() => (again.here.node.root as App).synth()).not.toThrow();
  });
});

test('alarms that are given and count in a trail of the app need no second one', () => {
  const stack = testStack({ env: IRELAND });
  const trail = new EncryptionAuditTrail(stack, 'Trail');
  const alarms = new EncryptionAlarms(stack, 'Alarms', { ...NOTIFY, trailLogGroup: trail.logGroup });
  const baseline = new S3EncryptionBaseline(stack, 'Orders', { notify: [], alarms: BaselineAlarms.use(alarms) });
  expect(baseline.auditTrail).toBe(trail);
  const trails = ofType(stack, 'AWS::CloudTrail::Trail');
  expect(trails).toHaveLength(1);
  expect(JSON.stringify(trails)).toContain(stack.getLogicalId(baseline.bucket.node.defaultChild as s3.CfnBucket));
});

describe('forBucket', () => {
  test('takes no backfill of another key', () => {
    const stack = testStack({ env: IRELAND });
    const [key, other] = [new RotatingS3Key(stack, 'Key'), new RotatingS3Key(stack, 'Other')];
    const bucket = new s3.Bucket(stack, 'Data', { encryptionKey: key });
    const job = (encryptionKey: kms.IKey) => BaselineBackfill.use(new EncryptionBackfillJob(stack, `To${encryptionKey.node.id}`, { bucket, encryptionKey, sources: [BackfillSource.sseS3()] }));
    expect(() => S3EncryptionBaseline.forBucket(bucket, { ...NOTIFY, backfill: job(other) }))
      .toThrow(/'backfill' must bring objects under the key of the baseline, Stack\/Key, got Stack\/ToOther, which brings them under Stack\/Other/);
    const second = new s3.Bucket(stack, 'More', { encryptionKey: key });
    const right = new EncryptionBackfillJob(stack, 'Right', { bucket: second, sources: [BackfillSource.sseS3()] });
    expect(S3EncryptionBaseline.forBucket(second, { ...NOTIFY, backfill: BaselineBackfill.use(right) }).backfill).toBe(right);
  });

  test('knows a bucket again by its name, and not that of another stage', () => {
    const app = new App();
    const key = (scope: Stack) => BaselineKey.use(kms.Key.fromKeyArn(scope, `Key${scope.node.children.length}`, `arn:aws:kms:eu-west-1:${IRELAND.account}:key/a`));
    const imported = (scope: Stack, id: string) => S3EncryptionBaseline.forBucket(s3.Bucket.fromBucketName(scope, id, 'orders'), { ...NOTIFY, key: key(scope) });
    const stack = stackOf(app, 'A');
    imported(stack, 'One');
    expect(() => { imported(stack, 'Two'); }).toThrow(/'bucket' must have one baseline, got a second one for A\/Two, which is A\/One by another construct/);
    expect(() => { imported(stackOf(app, 'B'), 'One'); }).toThrow(/second one for B\/One, which is A\/One/);
    imported(new Stack(new Stage(app, 'Prod'), 'A', { env: IRELAND }), 'One');
  });

  test('of stacks that may be deployed anywhere takes names that follow from where for different buckets', () => {
    const app = new App();
    for (const id of ['Dev', 'Prod']) {
      const stack = new Stack(app, id);
      const bucket = s3.Bucket.fromBucketName(stack, 'Data', `data-${Aws.ACCOUNT_ID}-${Aws.REGION}`);
      S3EncryptionBaseline.forBucket(bucket, { ...NOTIFY, key: BaselineKey.make() });
      expect(() => S3EncryptionBaseline.forBucket(s3.Bucket.fromBucketName(stack, 'Again', `data-${Aws.ACCOUNT_ID}-${Aws.REGION}`), { ...NOTIFY, key: BaselineKey.make() })).toThrow(/must have one baseline/);
    }
  });

  test('of an imported bucket may have its key beside what watches it', () => {
    const app = new App();
    const [there, here] = [stackOf(app, 'There'), stackOf(app, 'Here')];
    const analysis = new KeyAccessAnalysis(there, 'Access', { alarms: new EncryptionAlarms(there, 'Alarms', NOTIFY), externalAccess: AccessAnalyzer.existing() });
    S3EncryptionBaseline.forBucket(s3.Bucket.fromBucketName(here, 'Old', 'my-old-bucket'), {
      ...NOTIFY, keyAccess: BaselineKeyAccess.use(analysis), key: BaselineKey.use(new RotatingS3Key(there, 'Key')),
    });
    expect(() => app.synth()).not.toThrow();
  });

  test('of a bucket that names an alias of this app looks for the key, and says what AWS Config will find', () => {
    const stack = testStack({ env: IRELAND });
    const key = new RotatingS3Key(stack, 'Key');
    const bucket = new s3.Bucket(stack, 'Data', { encryptionKey: key.addAlias('orders') });
    const baseline = S3EncryptionBaseline.forBucket(bucket, NOTIFY);
    expect(warningIds(baseline)).toContain('cdk-s3-encryption:ExistingBucketBaseline.namesAlias');
    expect(warningIds(baseline)).not.toContain('cdk-s3-encryption:ExistingBucketBaseline.notUnderKey');
    Template.fromStack(stack).hasResourceProperties('AWS::Config::ConfigRule', {
      InputParameters: { kmsKeyArns: stack.resolve(key.keyArn) as object }, Source: { SourceIdentifier: 'S3_DEFAULT_ENCRYPTION_KMS' },
    });
  });

  test('of an imported bucket under SSE-S3 takes the reason, and looks at what is not about a key', () => {
    const stack = testStack({ env: IRELAND });
    S3EncryptionBaseline.forBucket(s3.Bucket.fromBucketName(stack, 'Old', 'old-logs'), { ...NOTIFY, key: BaselineKey.leaveOut('logs of a balancer') });
    const rules = JSON.stringify(ofType(stack, 'AWS::Config::ConfigRule').filter(([, rule]) => JSON.stringify(rule).includes('old-logs')));
    expect(rules).toContain('rule tls_only');
    expect(rules).toContain('rule sse_c_blocked');
    expect(rules).not.toContain('rule default_key');
    expect(rules).not.toContain('S3_DEFAULT_ENCRYPTION_KMS');
  });

  test('of an L1 bucket is beside it, and asks nobody for a key that is not there', () => {
    const stack = testStack({ env: IRELAND });
    const cfn = new s3.CfnBucket(stack, 'Data');
    const baseline = S3EncryptionBaseline.forBucket(s3.Bucket.fromCfnBucket(cfn), NOTIFY);
    expect(baseline.node.path).toBe('Stack/DataEncryptionBaseline');
    expect(warningIds(stack).filter((id) => /keyNotWatched|keyUnknown/.test(id))).toEqual([]);
  });
});
