import { App, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_s3 as s3, aws_sns as sns, type CfnElement, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import { ACCOUNT_WIDE, another, counts, MAIL, made, ofType, templateOf } from './world';
import {
  AccessAnalyzer, BackfillSource, BaselineAlarms, BaselineAuditTrail, BaselineBackfill, BaselineCompliance, BaselineDataDiscovery, BaselineKey,
  BaselineKeyAccess, BaselineObjectReport, DiscoveryJob, EncryptionAccountBaseline,
  ComplianceRecorder, EncryptionAlarms, EncryptionAuditTrail, EncryptionBackfillJob, EncryptionCompliance, EncryptionMode, KeyAccessAnalysis,
  KeyRotation, mixins, Notify, ObjectEncryptionReport, ObjectFinding, ObjectSource, RotatingS3Key, S3EncryptionBaseline, SecureBucket,
} from '../../src';
import { IRELAND, role, testStack } from '../helpers/stack';
import { identityStatements, warningIds, warningText } from '../helpers/template';

describe('a baseline', () => {
  test('has every part, and each looks at its bucket and its key', () => {
    const { stack, baseline } = made();
    const [bucketId, keyId] = [baseline.bucket, baseline.key!].map(({ node }) => stack.getLogicalId(node.defaultChild as never));
    expect([bucketId, keyId]).toEqual(['OrdersBucket195ECF73', 'OrdersKey6C690DD2']); // contract
    const text = (type: string) => ofType(stack, type).map(([, resource]) => JSON.stringify(resource)).filter((one) => one.includes(`"${bucketId}"`) || one.includes(`"${keyId}"`));
    // Rules about the key, rules about the bucket, the analysis, the backfill.
    expect(text('AWS::Events::Rule').length).toBeGreaterThan(15);
    expect(text('AWS::Config::ConfigRule')).toHaveLength(11);
    expect(text('AWS::CloudTrail::Trail')).toHaveLength(1);
    expect(text('AWS::Logs::MetricFilter').length).toBeGreaterThan(3);
    expect(text('AWS::StepFunctions::StateMachine')).toHaveLength(1);
    expect(baseline.backfill).toBeInstanceOf(EncryptionBackfillJob);
  });

  test('its bucket can be granted as any SecureBucket', () => {
    const { stack, baseline } = made();
    baseline.bucket.grantRead(role(stack, 'Reader'), 'orders/*');
    baseline.bucket.grantWriteOnly(role(stack, 'Writer'), 'orders/*');
    expect(identityStatements(stack).flatMap(({ Action: action }) => action)).toEqual(expect.arrayContaining(['s3:GetObject*', 'kms:Decrypt', 's3:PutObject', 'kms:GenerateDataKey']));
  });

  test('keeps data, keys and logs when the stack goes, and only what keeps nothing goes', () => {
    const { stack } = made();
    const stateful = ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Logs::LogGroup', 'AWS::SQS::Queue'];
    const gone = stateful.flatMap((type) => ofType(stack, type)).filter(([, { DeletionPolicy }]) => !/^Retain/.test(DeletionPolicy ?? 'Delete')).map(([id]) => id);
    expect(gone.sort()).toEqual([
      expect.stringMatching(/AlarmsDeadLetters/), // of notifications
      expect.stringMatching(/AlarmsKey/), // of notifications: nothing that is kept is under it
    ]);
  });

  test('asks for what the account has to have, and for nothing else', () => {
    const { stack } = made();
    expect(warningIds(stack)).toEqual([
      'cdk-s3-encryption:EncryptionCompliance.recorderAssumed', 'cdk-s3-encryption:KeyAccessAnalysis.analyzerAssumed',
    ]);
    expect(warningIds(made({
      compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.make() }),
      keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make() }),
    }).stack)).toEqual([]);
  });

  test('is the same each time, without an environment too, and another one beside it or before it replaces nothing', () => {
    const ids = (...names: string[]) => {
      const stack = new Stack(new App(), 'Stack');
      for (const name of names) { new S3EncryptionBaseline(stack, name, { notify: [MAIL] }); }
      return templateOf(stack);
    };
    expect(ids('Orders')).toEqual(ids('Orders'));
    const alone = ids('Orders').Resources;
    for (const both of [ids('Orders', 'Invoices'), ids('Invoices', 'Orders')]) {
      expect(Object.keys(alone).filter((id) => both.Resources[id]?.Type !== alone[id]!.Type)).toEqual([]);
      for (const [id, { Type, Properties }] of Object.entries(alone)) {
        if (/^AWS::(S3::Bucket|KMS::Key|Logs::LogGroup)$/.test(Type)) { expect([id, both.Resources[id]!.Properties]).toEqual([id, Properties]); }
      }
    }
  });

  test('has the trail watch itself: nobody blinds it unheard', () => {
    const { stack, baseline } = made();
    const bucket = stack.getLogicalId(baseline.auditTrail!.bucket.node.defaultChild as never);
    const alarms = new EncryptionAlarms(stack, 'Given', { notify: [MAIL], trailLogGroup: baseline.auditTrail!.logGroup, metricNamespace: 'Given' });
    new S3EncryptionBaseline(stack, 'Second', { notify: [MAIL], alarms: BaselineAlarms.use(alarms) });
    const given = new EncryptionAlarms(stack, 'Both', { notify: [MAIL], trailLogGroup: baseline.auditTrail!.logGroup, metricNamespace: 'Both' });
    new S3EncryptionBaseline(stack, 'Third', { notify: [MAIL], alarms: BaselineAlarms.use(given), auditTrail: BaselineAuditTrail.use(baseline.auditTrail!) });
    for (const of of ['EncryptionAccountBaselineAlarms', 'Given', 'Both']) {
      const about = ofType(stack, 'AWS::Events::Rule').filter(([id, rule]) => id.startsWith(of) && JSON.stringify(rule).includes(`"${bucket}"`));
      expect([of, about.length]).toEqual([of, expect.any(Number)]);
      expect(about.length).toBeGreaterThan(2);
    }
  });

  test('shows the backfill on the dashboard, for objects without a Bucket Key too, which a bucket without one has not', () => {
    const { stack } = made();
    expect(JSON.stringify(ofType(stack, 'AWS::CloudWatch::Dashboard'))).toContain('ObjectsRemaining');
    const definition = (one: Stack) => JSON.stringify(ofType(one, 'AWS::StepFunctions::StateMachine'));
    expect(definition(stack)).toContain('BucketKeyEnabled');
    const jobs = (one: Stack) => [...definition(one).matchAll(/without Bucket Key|bucket-key/g)].length;
    expect(jobs(stack)).toBeGreaterThan(jobs(made({ bucketProps: { bucketKeyEnabled: false } }).stack));
  });

  test('one that makes the recorder or the analyzer makes it for all of the stack', () => {
    for (const order of [0, 1]) {
      const stack = testStack();
      const makes = () => new S3EncryptionBaseline(stack, 'Maker', {
        notify: [MAIL],
        compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.make() }),
        keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make() }),
      });
      const shares = () => new S3EncryptionBaseline(stack, 'Sharer', { notify: [MAIL] });
      const [sharer] = order === 0 ? [shares(), makes()] : [makes(), shares()].reverse();
      expect(warningIds(stack)).toEqual([]);
      const rules = Object.entries(templateOf(stack).Resources).filter(([, { Type }]) => Type === 'AWS::Config::ConfigRule');
      for (const [id, rule] of rules) { expect([id, JSON.stringify((rule as { DependsOn?: string[] }).DependsOn)]).toEqual([id, expect.stringMatching(/Recorder/)]); }
      expect(sharer!.complianceMatrix.evidence.find(({ measure }) => measure === 'access-analyzed')?.resources).toHaveLength(1);
    }
  });
});

describe('two baselines', () => {
  test('of a stack share what an account needs once', () => {
    const { stack, baseline } = made();
    const second = new S3EncryptionBaseline(stack, 'Invoices', { notify: [MAIL] });
    expect(counts(stack, ...ACCOUNT_WIDE)).toEqual([1, 1, 1, 1]);
    expect(second.alarms).toBe(baseline.alarms);
    expect(second.auditTrail).toBe(baseline.auditTrail);
    expect(second.compliance).toBe(baseline.compliance);
    expect(second.keyAccess).toBe(baseline.keyAccess);
    expect(second.bucket.accessLogsBucket).toBe(baseline.bucket.accessLogsBucket);
    expect(ofType(stack, 'AWS::SNS::Subscription')).toHaveLength(1);
    const trail = JSON.stringify(ofType(stack, 'AWS::CloudTrail::Trail'));
    for (const { bucket } of [baseline, second]) { expect(trail).toContain(stack.getLogicalId(bucket.node.defaultChild as never)); }
  });

  test('are both watched, each bucket and each key by the same rules, filters and checks', () => {
    const { stack, baseline } = made();
    const second = new S3EncryptionBaseline(stack, 'Invoices', { notify: [MAIL] });
    const about = ({ node }: IConstruct) => {
      const id = stack.getLogicalId(node.defaultChild as CfnElement);
      return ['AWS::Events::Rule', 'AWS::Logs::MetricFilter', 'AWS::CloudTrail::Trail'].flatMap((type) => ofType(stack, type))
        // The targets of a rule that is about all of them name none.
        .filter(([, { Properties: { EventPattern: pattern, FilterPattern: filter, AdvancedEventSelectors: selectors } }]) => (
          new RegExp(`"${id}"`).test(JSON.stringify([pattern, filter, selectors]))))
        // A rule of one bucket alone has a hash of it in its id.
        .map(([name]) => name.replace(/([0-9a-f]{8})?[0-9A-F]{8}$/, '')).sort();
    };
    expect(about(baseline.bucket).length).toBeGreaterThan(10);
    expect(about(baseline.key!).length).toBeGreaterThan(10);
    expect(about(second.bucket)).toEqual(about(baseline.bucket));
    expect(about(second.key!)).toEqual(about(baseline.key!));
  });

  test('that notify different people tell all of them, by every rule and every alarm, and nobody twice', () => {
    const { stack } = made();
    const pager = new sns.Topic(stack, 'Pager');
    new S3EncryptionBaseline(stack, 'Invoices', { notify: [Notify.email('security@example.com'), Notify.email('billing@example.com'), Notify.topic(pager)] });
    new S3EncryptionBaseline(stack, 'Returns', { notify: [Notify.topic(pager), Notify.slack({ workspaceId: 'T1', channelId: 'C1' })] });
    expect(ofType(stack, 'AWS::SNS::Subscription').map(([, { Properties }]) => Properties.Endpoint).sort()).toEqual(['billing@example.com', 'security@example.com']);
    const rules = ofType(stack, 'AWS::Events::Rule').filter(([id]) => id.includes('Alarms'));
    expect(rules.length).toBeGreaterThan(20);
    for (const [, { Properties }] of rules) {
      expect(Properties.Targets.map(({ Id }: { Id: string }) => Id)).toEqual(['People', 'Topic3', 'Chat']);
    }
    for (const [, { Properties }] of ofType(stack, 'AWS::CloudWatch::Alarm')) { expect(Properties.AlarmActions).toHaveLength(3); }
  });

  test('of two stacks have parts of their own, each in its stack', () => {
    const { stack, app, baseline } = made();
    const other = another(app, 'Other');
    const second = new S3EncryptionBaseline(other, 'Orders', { notify: [MAIL] });
    expect(second.alarms).not.toBe(baseline.alarms);
    expect(warningText(other, 'cdk-s3-encryption:EncryptionBaseline.accountTwice')).toContain('the stack Stack of the same account and region');
    expect(warningIds(stack)).not.toContain('cdk-s3-encryption:EncryptionBaseline.accountTwice');
    expect(counts(other, ...ACCOUNT_WIDE)).toEqual(counts(stack, ...ACCOUNT_WIDE));
    expect(app.synth().getStackByName('Other').dependencies.map(({ id }) => id)).not.toContain('Stack');
    const names = (one: Stack) => ofType(one, 'AWS::CloudTrail::Trail').map(([, { Properties }]) => Properties.TrailName);
    expect(names(stack)).not.toEqual(names(other)); // a trail of all regions is one of the account
  });
});

describe('a part', () => {
  test('that is left out is not made, and the reason is read by whoever reviews', () => {
    const because = 'the organization has it';
    const { stack, baseline } = made({
      auditTrail: BaselineAuditTrail.leaveOut(because),
      compliance: BaselineCompliance.leaveOut(because),
      keyAccess: BaselineKeyAccess.leaveOut(because),
      backfill: BaselineBackfill.leaveOut(because),
      objectReport: BaselineObjectReport.leaveOut(because),
      sensitiveData: BaselineDataDiscovery.leaveOut(because),
    });
    expect(counts(stack, 'AWS::CloudTrail::Trail', 'AWS::Config::ConfigRule', 'AWS::StepFunctions::StateMachine')).toEqual([0, 0, 0]);
    expect(JSON.stringify(templateOf(stack))).not.toContain('aws.access-analyzer');
    expect([baseline.auditTrail, baseline.compliance, baseline.keyAccess, baseline.backfill]).toEqual([undefined, undefined, undefined, undefined]);
    for (const part of ['auditTrail', 'compliance', 'keyAccess', 'backfill']) {
      expect(warningText(stack, `cdk-s3-encryption:EncryptionBaseline.leftOut.${part}`)).toContain(because);
    }
    const missing = baseline.complianceMatrix.evidence.filter(({ missingBecause }) => missingBecause === because).map(({ measure }) => measure);
    expect(missing).toEqual(expect.arrayContaining(['trail-encrypted', 'access-analyzed', 'objects-repairable', 'objects-reported', 'sensitive-data-discovered']));
  });

  test('alarms that are left out tell nobody, and are not asked to', () => {
    const { stack } = made({ notify: [], alarms: BaselineAlarms.leaveOut('another tool watches'), keyAccess: BaselineKeyAccess.leaveOut('another tool watches') });
    expect(counts(stack, 'AWS::SNS::Topic', 'AWS::CloudWatch::Alarm')).toEqual([0, 0]);
  });

  test('a key that is left out leaves a bucket under SSE-S3', () => {
    const { stack, baseline } = made({ key: BaselineKey.leaveOut('public data') });
    expect(baseline.key).toBeUndefined();
    expect(baseline.backfill).toBeUndefined();
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } })] },
    });
  });

  test('that is given is used, and watches the bucket', () => {
    const stack = testStack();
    const trail = new EncryptionAuditTrail(stack, 'Trail');
    const alarms = new EncryptionAlarms(stack, 'MyAlarms', { notify: [Notify.email('soc@example.com')], trailLogGroup: trail.logGroup });
    const compliance = new EncryptionCompliance(stack, 'MyRules', { recorder: ComplianceRecorder.existing() });
    const analysis = new KeyAccessAnalysis(stack, 'MyAnalysis', { alarms, externalAccess: AccessAnalyzer.existing() });
    const key = new RotatingS3Key(stack, 'MyKey');
    const baseline = new S3EncryptionBaseline(stack, 'Orders', {
      notify: [MAIL],
      key: BaselineKey.use(key),
      alarms: BaselineAlarms.use(alarms),
      auditTrail: BaselineAuditTrail.use(trail),
      compliance: BaselineCompliance.use(compliance),
      keyAccess: BaselineKeyAccess.use(analysis),
    });
    expect(stack.node.tryFindChild('EncryptionAccountBaseline')!.node.children).toEqual([]);
    expect(baseline.bucket.encryptionKey).toBe(key);
    expect(counts(stack, ...ACCOUNT_WIDE)).toEqual([1, 1, 1, 1]);
    expect(ofType(stack, 'AWS::SNS::Subscription')).toHaveLength(2); // those of the alarms, and those of the baseline
    expect(Template.fromStack(stack).findResources('AWS::Config::ConfigRule')).not.toEqual({});
    expect(warningIds(stack)).toEqual([]);
    for (const part of ['alarms', 'auditTrail', 'compliance', 'keyAccess'] as const) { expect(baseline[part]).toBe({ alarms, auditTrail: trail, compliance, keyAccess: analysis }[part]); }
  });

  test('that is tuned is tuned, for this bucket alone', () => {
    const { stack, baseline } = made({
      key: BaselineKey.make({ rotation: KeyRotation.every(Duration.days(180)) }),
      bucketProps: { bucketName: 'orders-of-this-shop', encryptionMode: EncryptionMode.dsse() },
      alarms: BaselineAlarms.make({ dashboard: false }),
      backfill: BaselineBackfill.leaveOut('S3 brings nothing under two layers'),
    });
    const second = new S3EncryptionBaseline(stack, 'Invoices', { notify: [MAIL] });
    expect(second.alarms).not.toBe(baseline.alarms);
    expect(second.auditTrail).toBe(baseline.auditTrail);
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', { RotationPeriodInDays: 180 });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'orders-of-this-shop',
      BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse' } })] },
    });
  });

  test('a key is the same resource by default and when it is tuned', () => {
    const keys = [made(), made({ key: BaselineKey.make({ rotation: KeyRotation.every(Duration.days(90)) }) })]
      .map(({ stack, baseline }) => stack.getLogicalId(baseline.key!.node.defaultChild as never));
    expect(keys[0]).toBe(keys[1]);
  });

  test('a log group of a trail that is elsewhere is counted in', () => {
    const stack = testStack();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Org', 'organization-trail');
    const baseline = new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], auditTrail: BaselineAuditTrail.useLogGroup(logGroup) });
    expect(counts(stack, 'AWS::CloudTrail::Trail')).toEqual([0]);
    const filters = ofType(stack, 'AWS::Logs::MetricFilter');
    expect(filters.length).toBeGreaterThan(5);
    for (const [, { Properties }] of filters) { expect(Properties.LogGroupName).toBe('organization-trail'); }
    // A second one shares nothing with it, since its trail is another.
    const second = new S3EncryptionBaseline(stack, 'Invoices', { notify: [MAIL] });
    expect(second.auditTrail).toBeDefined();
    expect(second.alarms).not.toBe(baseline.alarms);
    expect(baseline.keyAccess).not.toBe(second.keyAccess);
  });
});

describe('sensitive data', () => {
  test('is not looked for where nobody asked, and the matrix says so', () => {
    const { stack, baseline } = made();
    expect(baseline.sensitiveData).toBeUndefined();
    expect(ofType(stack, 'Custom::MacieClassificationJob')).toEqual([]);
    expect(baseline.complianceMatrix.evidence.find(({ measure }) => measure === 'sensitive-data-discovered'))
      .toMatchObject({ resources: [], missingBecause: expect.stringContaining('paid by the GB') });
  });

  test('is looked for in the bucket, told by the alarms, and paid for', () => {
    const { stack, baseline } = made({ sensitiveData: BaselineDataDiscovery.make({ job: DiscoveryJob.once({ maximumGigabytes: 40 }) }) });
    const [job] = ofType(stack, 'Custom::MacieClassificationJob');
    expect(JSON.stringify(job)).toContain(stack.getLogicalId(baseline.bucket.node.defaultChild as never));
    expect(JSON.stringify(ofType(stack, 'AWS::KMS::Key'))).toContain('AWSServiceRoleForAmazonMacie');
    expect(JSON.stringify(ofType(stack, 'AWS::Events::Rule'))).toContain('aws.macie');
    expect(baseline.complianceMatrix.evidence.find(({ measure }) => measure === 'sensitive-data-discovered')?.resources).toEqual([job?.[0]]);
    expect(baseline.monthlyCost.lines.filter(({ what }) => what.startsWith('Macie')).map(({ usd }) => usd)).toEqual([0.10, 40]);
  });

  test('of the account is that of its baselines, and one job looks at all of them', () => {
    const stack = testStack();
    new EncryptionAccountBaseline(stack, 'Account', { notify: [MAIL], sensitiveData: BaselineDataDiscovery.make() });
    const baselines = ['Orders', 'Invoices'].map((id) => new S3EncryptionBaseline(stack, id, { notify: [MAIL] }));
    const jobs = ofType(stack, 'Custom::MacieClassificationJob');
    expect(jobs).toHaveLength(1);
    for (const { bucket } of baselines) { expect(JSON.stringify(jobs)).toContain(stack.getLogicalId(bucket.node.defaultChild as never)); }
    expect(baselines[0]!.sensitiveData).toBe(baselines[1]!.sensitiveData);
  });

  test('needs somebody who hears', () => {
    expect(() => made({
      notify: [], alarms: BaselineAlarms.leaveOut('x'), keyAccess: BaselineKeyAccess.leaveOut('x'), sensitiveData: BaselineDataDiscovery.make(),
    })).toThrow(/'sensitiveData' tells its findings through alarms/);
  });
});

describe('the objects', () => {
  test('are looked at by a report that tells the alarms, and its list is what a backfill takes', () => {
    const { stack, baseline } = made({ objectReport: BaselineObjectReport.make({ source: ObjectSource.inventory() }) });
    const usual = made().baseline.monthlyCost;
    expect(baseline.objectReport).toBeDefined();
    new EncryptionBackfillJob(stack, 'Listed', { bucket: baseline.bucket, sources: [BackfillSource.listed(baseline.objectReport!.backfillList)] });
    const topic = stack.resolve(baseline.alarms!.topic.topicArn) as object;
    const alarms = ofType(stack, 'AWS::CloudWatch::Alarm').filter(([id]) => id.startsWith('OrdersObjectReport'));
    expect(alarms).toHaveLength(baseline.objectReport!.alarms.length);
    for (const [, { Properties }] of alarms) { expect(Properties.AlarmActions).toContainEqual(topic); }
    const lines = baseline.monthlyCost.lines.map(({ what }) => what);
    expect(lines).toEqual(expect.arrayContaining(['key of the report', 'inventories', 'metrics of the report', 'alarms of the report']));
    expect(baseline.monthlyCost.lines.find(({ what }) => what === 'alarms')).toEqual(usual.lines.find(({ what }) => what === 'alarms'));
  });

  test('are expected under the key that the bucket shall be under, where the source knows keys', () => {
    const stack = testStack();
    const [bucket, key] = [new SecureBucket(stack, 'Data'), new RotatingS3Key(stack, 'New')];
    S3EncryptionBaseline.forBucket(bucket, {
      notify: [MAIL],
      key: BaselineKey.use(key),
      backfill: BaselineBackfill.leaveOut('later'),
      objectReport: BaselineObjectReport.make({ source: ObjectSource.metadataTables() }),
    });
    expect(JSON.stringify(ofType(stack, 'AWS::StepFunctions::StateMachine'))).toContain(stack.getLogicalId(key.node.defaultChild as never));
  });

  test('under SSE-S3 are found where the bucket shall be under a key, whatever the source knows', () => {
    const stack = testStack();
    const { objectReport } = S3EncryptionBaseline.forBucket(new s3.Bucket(stack, 'Data', { encryption: s3.BucketEncryption.S3_MANAGED }), {
      notify: [MAIL],
      key: BaselineKey.use(new RotatingS3Key(stack, 'New')),
      objectReport: BaselineObjectReport.make({ source: ObjectSource.inventory() }),
      backfill: BaselineBackfill.ofReport(),
    });
    expect(objectReport!.findings).toEqual([ObjectFinding.UNENCRYPTED, ObjectFinding.SSE_C, ObjectFinding.SSE_S3, ObjectFinding.WITHOUT_BUCKET_KEY]);
  });

  test('are brought under the key as the report lists them, where somebody asks for that', () => {
    const { stack } = made({ objectReport: BaselineObjectReport.make({ source: ObjectSource.inventory() }), backfill: BaselineBackfill.ofReport() });
    const machine = ofType(stack, 'AWS::StepFunctions::StateMachine').find(([id]) => id.startsWith('OrdersBackfill'));
    expect(JSON.stringify(machine)).toContain('PrepareListed');
    expect(() => made({ backfill: BaselineBackfill.ofReport() })).toThrow(/'backfill' is of what the report of this baseline finds, and there is none/);
  });

  test('of another bucket are not those of a report that is given', () => {
    const stack = testStack();
    const report = new ObjectEncryptionReport(stack, 'Report', { bucket: new SecureBucket(stack, 'Other'), source: ObjectSource.inventory() });
    expect(() => new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], objectReport: BaselineObjectReport.use(report) }))
      .toThrow(/'objectReport' must be of the bucket of the baseline/);
  });
});

describe('for a bucket that is there', () => {
  test('mixins of the bucket stay out of the buckets of the baseline, and come first', () => {
    const stack = testStack();
    const key = new RotatingS3Key(stack, 'Key');
    const bucket = new s3.Bucket(stack, 'Old');
    bucket.with(new mixins.BucketDefaultKey({ encryptionKey: key }));
    const baseline = S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL] });
    bucket.with(new mixins.BucketTlsOnly(), new mixins.BucketUploadsUnderKey(), new mixins.BucketSseCBlocked());
    const held = baseline.complianceMatrix.evidence.filter(({ resources }) => resources.length > 0).map(({ measure }) => measure);
    expect(held).toEqual(expect.arrayContaining(['bucket-encrypted', 'bucket-tls-only', 'bucket-sse-c-blocked', 'key-rotated', 'key-not-public']));
    expect(baseline.node.path).toBe('Stack/OldEncryptionBaseline');
  });

  test('a key that is made for an imported bucket is not yet its own, and that is said', () => {
    const stack = testStack();
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: 'old', account: IRELAND.account, region: 'eu-west-1' });
    const baseline = S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL], key: BaselineKey.make() });
    expect(warningText(stack, 'cdk-s3-encryption:ExistingBucketBaseline.notUnderKey')).toContain('so new objects are not');
    expect(baseline.backfill).toBeDefined();
  });

  test('nothing about the bucket changes, and everything looks at it', () => {
    const stack = testStack();
    const bucket = new SecureBucket(stack, 'Data');
    const before = JSON.stringify(Template.fromStack(testStackWith((one) => new SecureBucket(one, 'Data'))).findResources('AWS::S3::Bucket'));
    const baseline = S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL] });
    expect(baseline.bucket).toBe(bucket);
    const after = Template.fromStack(stack).findResources('AWS::S3::Bucket');
    for (const [id, resource] of Object.entries(JSON.parse(before) as object)) { expect(after[id]).toEqual(resource); }
    expect(JSON.stringify(ofType(stack, 'AWS::CloudTrail::Trail'))).toContain(stack.getLogicalId(bucket.node.defaultChild as never));
    expect(baseline.backfill).toBeDefined();
  });

  test('an imported bucket is watched with its key, and brought under it', () => {
    const stack = testStack();
    const key = RotatingS3Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${IRELAND.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`);
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: 'old', account: IRELAND.account, region: 'eu-west-1' });
    const baseline = S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL], key: BaselineKey.use(key) });
    expect(baseline.backfill).toBeDefined();
    expect(ofType(stack, 'AWS::Events::Rule').filter(([, rule]) => JSON.stringify(rule).includes(key.keyArn)).length).toBeGreaterThan(5);
    expect(ofType(stack, 'AWS::Config::ConfigRule').filter(([, rule]) => JSON.stringify(rule).includes(key.keyArn)).length).toBeGreaterThan(1);
    expect(baseline.complianceMatrix.evidence.filter(({ measure, resources }) => measure.startsWith('bucket-') && resources.length > 0)).toEqual([]);
    expect(warningIds(stack).filter((id) => id.includes('keyNotWatched'))).toEqual([]);
  });

  test('nobody asks for the key of an imported bucket that has none, and goes on asking for those of others', () => {
    const stack = testStack();
    const imported = (id: string) => s3.Bucket.fromBucketAttributes(stack, id, { bucketName: id.toLowerCase(), account: IRELAND.account, region: 'eu-west-1' });
    const { alarms, keyAccess, sensitiveData } = S3EncryptionBaseline.forBucket(imported('Old'), {
      notify: [MAIL],
      key: BaselineKey.leaveOut('under SSE-S3 on purpose'),
      compliance: BaselineCompliance.leaveOut('its rules compare with a key'),
      sensitiveData: BaselineDataDiscovery.make({ job: DiscoveryJob.once() }),
    });
    const asked = () => warningIds(stack).filter((id) => /keyNot(Watched|Known)/.test(id));
    expect(asked()).toEqual([]);
    const other = imported('Other');
    for (const part of [alarms, keyAccess, sensitiveData]) { part?.watch(other); }
    expect(asked()).toHaveLength(3);
  });

  test('a plain bucket is not claimed to hold what it does not', () => {
    const stack = testStack();
    const bucket = new s3.Bucket(stack, 'Old', { encryption: s3.BucketEncryption.KMS, encryptionKey: new kms.Key(stack, 'Key') });
    const { complianceMatrix } = S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL] });
    const held = complianceMatrix.evidence.filter(({ resources }) => resources.length > 0).map(({ measure }) => measure).filter((measure) => /^(bucket|key)-/.test(measure));
    expect(held).toEqual(['bucket-encrypted', 'key-not-public']);
    const controls = JSON.parse(Object.entries(templateOf(stack).Outputs!).find(([id]) => id.includes('SecurityHub'))![1].Value as string) as object;
    expect(Object.keys(controls)).not.toContain('S3.5'); // a rule looks, and would find it
    expect(Object.keys(controls)).not.toContain('KMS.4');
  });

  test('a key that it is not under yet is asked for, and said', () => {
    const stack = testStack();
    const [bucket, key] = [new SecureBucket(stack, 'Data', { encryptionMode: EncryptionMode.s3Managed() }), new RotatingS3Key(stack, 'New')];
    const { complianceMatrix, monthlyCost } = S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL], key: BaselineKey.use(key) });
    expect(warningText(stack, 'cdk-s3-encryption:ExistingBucketBaseline.notUnderKey')).toContain('Stack/New');
    const held = complianceMatrix.evidence.filter(({ resources }) => resources.length > 0).map(({ measure }) => measure);
    expect(held).not.toContain('bucket-encrypted');
    expect(held).toContain('key-rotated'); // of the key that it shall be under, which rules look at and which is paid for
    expect(monthlyCost.lines.map(({ what }) => what)).toContain('requests to KMS');
    expect(ofType(stack, 'AWS::Config::ConfigRule').filter(([, rule]) => JSON.stringify(rule).includes(stack.getLogicalId(key.node.defaultChild as never))).length).toBeGreaterThan(3);
  });

  test('an imported one under SSE-S3 on purpose has everything but what needs a key', () => {
    const stack = testStack();
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: 'old', account: IRELAND.account, region: 'eu-west-1' });
    const baseline = S3EncryptionBaseline.forBucket(bucket, {
      notify: [MAIL], key: BaselineKey.leaveOut('public data'), compliance: BaselineCompliance.leaveOut('its rules compare with a key'),
    });
    expect(baseline.backfill).toBeUndefined();
    expect(JSON.stringify(ofType(stack, 'AWS::Events::Rule'))).toContain('"old"');
  });

  test('once', () => {
    const stack = testStack();
    const bucket = new SecureBucket(stack, 'Data');
    S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL] });
    expect(() => S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL] })).toThrow(/'bucket' must have one baseline|already/);
    const { baseline } = made();
    expect(() => S3EncryptionBaseline.forBucket(baseline.bucket, { notify: [MAIL] })).toThrow(/'bucket' must have one baseline, got a second one for Stack\/Orders\/Bucket/);
  });
});

describe('a run of the backfill is heard of', () => {
  test('whether it ends well or not, of this bucket', () => {
    const { stack, baseline } = made();
    const rules = ofType(stack, 'AWS::Events::Rule').map(([, { Properties }]) => Properties).filter(({ Name }) => /backfill-(ended|failed)/.test(String(Name)));
    expect(rules.map(({ EventPattern }) => EventPattern)).toEqual([[true], [false]].map((verified) => ({
      'source': ['cdk-s3-encryption'],
      'detail-type': expect.any(Array),
      'detail': { bucket: [stack.resolve(baseline.bucket.bucketName)], verified },
    })));
    for (const { Targets: [target] } of rules) { expect(target.InputTransformer.InputTemplate).toContain('#backfill-'); }
  });
});

describe('is refused', () => {
  const refused: [title: string, make: (stack: Stack) => void, error: RegExp][] = [
    ['nobody to notify', (stack) => new S3EncryptionBaseline(stack, 'Orders', { notify: [] }), /'notify' must name at least one/],
    ['somebody whom nothing tells', (stack) => new S3EncryptionBaseline(stack, 'Orders', {
      notify: [MAIL], alarms: BaselineAlarms.leaveOut('x'), keyAccess: BaselineKeyAccess.leaveOut('x'),
    }), /'notify' must be \[\] where 'alarms' are left out/],
    ['an analysis that tells nobody', (stack) => new S3EncryptionBaseline(stack, 'Orders', { notify: [], alarms: BaselineAlarms.leaveOut('x') }), /'keyAccess' tells its findings through alarms/],
    ['no reason', () => BaselineCompliance.leaveOut(' '), /'because' of BaselineCompliance.leaveOut must say why, got ' '/],
    ['a second key', (stack) => new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], bucketProps: { encryptionKey: new RotatingS3Key(stack, 'Key') } }), /'bucketProps.encryptionKey' must be left out/],
    ['a mode without a key', (stack) => new S3EncryptionBaseline(stack, 'Orders', {
      notify: [MAIL], key: BaselineKey.leaveOut('x'), bucketProps: { encryptionMode: EncryptionMode.dsse() },
    }), /'bucketProps.encryptionMode' must be left out where 'key' is/],
    ['nobody, beside others that name somebody', (stack) => {
      new S3EncryptionBaseline(stack, 'First', { notify: [MAIL] });
      new S3EncryptionBaseline(stack, 'Second', { notify: [], alarms: BaselineAlarms.make() });
    }, /'notify' must name at least one/],
    ['somebody whom the alarms that the account leaves out do not tell', (stack) => {
      new EncryptionAccountBaseline(stack, 'Account', { notify: [], alarms: BaselineAlarms.leaveOut('x'), keyAccess: BaselineKeyAccess.leaveOut('x') });
      new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL] });
    }, /'notify' must be \[\] where 'alarms' are left out/],
    ['an account that names somebody and leaves out the alarms', (stack) => {
      new EncryptionAccountBaseline(stack, 'Account', { notify: [MAIL], alarms: BaselineAlarms.leaveOut('x'), keyAccess: BaselineKeyAccess.leaveOut('x') });
    }, /'notify' must be \[\] where 'alarms' are left out/],
    ['a backfill of another bucket', (stack) => {
      const job = new EncryptionBackfillJob(stack, 'Job', { bucket: new SecureBucket(stack, 'Other'), sources: [BackfillSource.sseS3()] });
      new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], backfill: BaselineBackfill.use(job) });
    }, /'backfill' must be of the bucket of the baseline, Stack\/Orders\/Bucket, got Stack\/Job/],
    ['a log group that given alarms do not count in', (stack) => {
      const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [MAIL] });
      const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Org', 'organization-trail');
      new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], alarms: BaselineAlarms.use(alarms), auditTrail: BaselineAuditTrail.useLogGroup(logGroup) });
    }, /'auditTrail' must not be a log group where 'alarms' are given/],
    ['two analyzers', (stack) => {
      for (const id of ['Orders', 'Invoices']) {
        new S3EncryptionBaseline(stack, id, { notify: [MAIL], keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make() }) });
      }
    }, /'externalAccess' must be made once, since/],
    ['an imported bucket without a key', (stack) => S3EncryptionBaseline.forBucket(s3.Bucket.fromBucketName(stack, 'Old', 'old'), { notify: [MAIL] }), /'key' must say which KMS key the bucket Stack\/Old is under, or shall be, got none, and the bucket is imported/],
    ['a bucket under the key of AWS, without one of yours', (stack) => S3EncryptionBaseline.forBucket(new s3.Bucket(stack, 'Old', { encryption: s3.BucketEncryption.KMS_MANAGED }), { notify: [MAIL] }), /the template names none, which is the AWS managed key/],
    ['a bucket of another region', (stack) => S3EncryptionBaseline.forBucket(s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: 'old', region: 'us-east-1' }), { notify: [MAIL], key: BaselineKey.make() }), /'bucket' must be in the region .* so make this baseline in a stack of that account and region/],
    ['a key of another region', (stack) => new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], key: BaselineKey.use(RotatingS3Key.fromKeyArn(stack, 'Far', `arn:aws:kms:us-east-1:${IRELAND.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`)) }), /'key' must be/],
    ['rules for a bucket under aws/s3 without a key', (stack) => S3EncryptionBaseline.forBucket(new s3.Bucket(stack, 'Old', { encryption: s3.BucketEncryption.KMS_MANAGED }), { notify: [MAIL], key: BaselineKey.leaveOut('x') }), /'compliance' must be left out for Stack\/Old, which is under the AWS managed key aws\/s3/],
    ['a key that is there, left out', (stack) => S3EncryptionBaseline.forBucket(new SecureBucket(stack, 'Data'), { notify: [MAIL], key: BaselineKey.leaveOut('x') }), /'key' must not be left out/],
    ['SSE-S3 by the bucket', (stack) => new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], bucketProps: { encryptionMode: EncryptionMode.s3Managed() } }), /BaselineKey.leaveOut\(reason\)/],
    ['a usage of nothing', (stack) => new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], expectedUsage: { readsPerMonth: -1 } }), /'expectedUsage.readsPerMonth' must be a whole number from 0, known at synthesis, got -1/],
    ['the id that is shared', (stack) => {
      new iam.Role(stack, 'EncryptionAccountBaseline', { assumedBy: new iam.AccountRootPrincipal() });
      new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL] });
    }, /nothing else with the id 'EncryptionAccountBaseline'/],
  ];
  test.each(refused)('%s', (_, make, error) => { expect(() => { make(testStack()); }).toThrow(error); });
});

test('a tuned backfill brings what it is told under the key of the baseline', () => {
  const { stack } = made({ backfill: BaselineBackfill.make({ sources: [BackfillSource.unencrypted()], prefix: 'old/', expireReplacedVersions: Duration.days(30) }) });
  expect(JSON.stringify(ofType(stack, 'AWS::StepFunctions::StateMachine'))).toContain('old/');
  Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
});

function testStackWith(make: (stack: Stack) => void): Stack {
  const stack = testStack();
  make(stack);
  return stack;
}
