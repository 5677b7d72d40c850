import { readFileSync, statSync } from 'fs';
import { join } from 'path';
import {
  App, Aspects, aws_accessanalyzer as accessanalyzer, aws_cloudtrail as cloudtrail, aws_cloudwatch as cloudwatch, aws_iam as iam, aws_kms as kms,
  aws_logs as logs, aws_s3 as s3, Duration, type IAspect, Size, Stack, Stage,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { MAIL, made, ofType, templateOf } from './world';
import { BaselineStack } from '../../examples/baseline/stack';
import {
  AccessAnalyzer, AuditedEvents, BaselineAccount,
  BaselineAlarms, BaselineAuditTrail, BaselineCompliance, BaselineDataDiscovery, BaselineKey, BaselineKeyAccess,
  BaselineObjectReport, ComplianceChoice, ComplianceRule, type ControlEvidence, Detection, DetectionChoice, DiscoveryJob, EncryptionMode,
  KeyRotation, type ObjectEncryptionReportOptions, ObjectSource, S3EncryptionBaseline, type S3EncryptionBaselineProps,
} from '../../src';
import { mappings } from '../../src/controls';
import { testStack } from '../helpers/stack';

type Met = Record<string, { readonly metBy: string[]; readonly checkedBy?: string[] }>;

const EVERY = ['SecurityHub', 'Cis5', 'Cis7', 'Nist80053', 'PciDss', 'Hipaa'];
const byMeasure = (evidence: ControlEvidence[]) => new Map(evidence.map((one) => [one.measure, one]));
const outputs = (stack: ReturnType<typeof made>['stack'], part: string) => Object.entries(templateOf(stack).Outputs ?? {})
  .filter(([id]) => id.includes(part)).map(([id, { Value }]) => [id, Value as string] as const);

describe('the compliance matrix', () => {
  test('has every standard as an output, whose resources are in the template', () => {
    const { stack } = made();
    const found = outputs(stack, 'ComplianceMatrix');
    expect(found).toHaveLength(EVERY.length);
    for (const standard of EVERY) { expect(found.filter(([id]) => id.startsWith(`OrdersComplianceMatrix${standard}`))).toHaveLength(1); }
    const { Resources } = templateOf(stack);
    for (const [, value] of found) {
      const controls = JSON.parse(value) as Met;
      expect(Object.keys(controls).length).toBeGreaterThan(3);
      const named = Object.values(controls).flatMap(({ metBy, checkedBy = [] }) => [...metBy, ...checkedBy]);
      expect(named.filter((id) => !(id in Resources))).toEqual([]);
      expect(Object.entries(controls).filter(([, { metBy }]) => metBy.length === 0)).toEqual([]);
      expect(value.length).toBeLessThan(8000);
    }
  });

  test('names the control, and what makes it hold', () => {
    const { stack } = made();
    const controls = JSON.parse(outputs(stack, 'MatrixSecurityHub')[0]![1]) as Met;
    const { Resources } = templateOf(stack);
    const types = (control: string) => controls[control]?.metBy.map((id) => Resources[id]!.Type).sort();
    const checks = (control: string) => controls[control]?.checkedBy?.length;
    expect(types('S3.17')).toEqual(['AWS::S3::Bucket']);
    expect(checks('S3.17')).toBe(2);
    expect(types('S3.5')).toEqual(['AWS::S3::BucketPolicy']);
    expect(checks('S3.5')).toBe(1);
    expect(types('KMS.4')).toEqual(['AWS::KMS::Key']);
    expect(types('CloudTrail.2')).toEqual(['AWS::CloudTrail::Trail']);
    expect(types('S3.22')).toBeUndefined(); // of the watched buckets, and not of every one
    expect(types('CloudWatch.7')).toEqual(['AWS::CloudWatch::Alarm']);
    expect(types('S3.15')).toBeUndefined(); // no Object Lock by default
    expect(types('IAM.28')).toBeUndefined(); // the analyzer is not of this app
    expect(types('Config.1')).toBeUndefined();
  });

  test('claims the analyzer and the lock that are made', () => {
    const { baseline } = made({
      keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make() }),
      bucketProps: { objectLockEnabled: true, objectLockDefaultRetention: s3.ObjectLockRetention.governance({ toDays: () => 7 } as never) },
    });
    const evidence = byMeasure(baseline.complianceMatrix.evidence);
    expect(evidence.get('access-analyzed')?.resources).toHaveLength(1);
    expect(evidence.get('bucket-object-lock')?.resources).toHaveLength(1);
  });

  const weakened: [measure: string, props: Partial<S3EncryptionBaselineProps>][] = [
    ['bucket-versioned', { bucketProps: { allowUnversionedBecause: 'scratch' } }],
    ['bucket-access-logged', { bucketProps: { allowNoAccessLogsBecause: 'the trail has them' } }],
    ['bucket-sse-c-blocked', { bucketProps: { allowSseCBecause: 'a partner asks for it' } }],
    ['bucket-key', { bucketProps: { encryptionMode: EncryptionMode.dsse() } }],
    ['data-events', { auditTrail: BaselineAuditTrail.make({ dataEvents: AuditedEvents.WRITES }) }],
    ['key-deletion-guarded', { key: BaselineKey.make({ allowQuickDeletionBecause: 'a sandbox' }) }],
    ['alarm:cis-trail-changed', { alarms: BaselineAlarms.make({ choices: [DetectionChoice.off(Detection.CIS_TRAIL_CHANGED, 'the reason')] }) }],
    ['config-rule:tls-only', { compliance: BaselineCompliance.make({ choices: [ComplianceChoice.off(ComplianceRule.BUCKET_TLS_ONLY, 'the reason')] }) }],
  ];
  test.each(weakened)('does not claim %s where it was weakened', (measure, props) => {
    expect(byMeasure(made().baseline.complianceMatrix.evidence).get(measure)?.resources).not.toEqual([]);
    expect(byMeasure(made(props).baseline.complianceMatrix.evidence).get(measure))
      .toMatchObject({ resources: [], missingBecause: expect.stringMatching(/does not have it|writes alone|^the reason$/) });
  });

  test('is of the template as it is deployed, after aspects', () => {
    const { stack, baseline } = made();
    class LogsOff implements IAspect {
      public visit(node: IConstruct): void {
        if (node instanceof s3.CfnBucket && node.node.path.startsWith('Stack/Orders/Bucket')) { node.addPropertyOverride('ObjectLockEnabled', true); node.addPropertyOverride('ObjectLockConfiguration', { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } }); }
      }
    }
    expect(byMeasure(baseline.complianceMatrix.evidence).get('bucket-object-lock')?.resources).toEqual([]);
    Aspects.of(stack).add(new LogsOff());
    expect(outputs(stack, 'MatrixSecurityHub')[0]![1]).toContain('"S3.15"');
  });

  const CHANGED: [measure: string, change: (node: IConstruct) => void][] = [
    ['bucket-encrypted', (node) => { if (node instanceof s3.CfnBucket) { node.addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID', 'alias/aws/s3'); } }],
    ['bucket-not-public', (node) => { if (node instanceof s3.CfnBucket) { node.addPropertyOverride('PublicAccessBlockConfiguration.IgnorePublicAcls', false); } }],
    ['key-rotated', (node) => { if (node instanceof kms.CfnKey) { node.addPropertyOverride('EnableKeyRotation', false); } }],
    ['trail-validated', (node) => { if (node instanceof cloudtrail.CfnTrail) { node.addPropertyOverride('EnableLogFileValidation', false); } }],
    ['alarm:cis-trail-changed', (node) => { if (node instanceof cloudwatch.CfnAlarm) { node.addPropertyOverride('ActionsEnabled', false); } }],
    ['alarm:cis-config-changed', (node) => { if (node instanceof cloudwatch.CfnAlarm) { node.addPropertyOverride('Threshold', 1000); } }],
    ['alarm:cis-key-disabled-or-deleted', (node) => { if (node instanceof logs.CfnMetricFilter) { node.addPropertyOverride('FilterPattern', '{ $.eventName = "Nothing" }'); } }],
    ['alarm:cis-key-disabled-or-deleted', (node) => { if (node instanceof logs.CfnMetricFilter) { node.addPropertyOverride('LogGroupName', 'another'); } }],
    ['alarm:cis-bucket-policy-changed', (node) => { if (node instanceof logs.CfnMetricFilter) { node.addPropertyOverride('MetricTransformations.0.MetricName', 'another'); } }],
    ['alarm:cis-bucket-policy-changed', (node) => { if (node instanceof logs.CfnMetricFilter) { node.addPropertyOverride('FieldSelectionCriteria', '@aws.account = "222222222222"'); } }],
    ['alarm:cis-trail-changed', (node) => { if (node instanceof logs.CfnMetricFilter) { node.node.scope!.node.tryRemoveChild(node.node.id); } }],
    ['alarm:cis-trail-changed', (node) => { if (node instanceof cloudwatch.CfnAlarm) { node.addPropertyOverride('Namespace', 'another'); } }],
    ['alarm:cis-trail-changed', (node) => { if (node instanceof cloudwatch.CfnAlarm) { node.addPropertyOverride('ComparisonOperator', 'LessThanThreshold'); } }],
    ['access-analyzed', (node) => { if (node instanceof accessanalyzer.CfnAnalyzer) { node.addPropertyOverride('Type', 'ACCOUNT_UNUSED_ACCESS'); } }],
  ];
  test.each(CHANGED)('does not claim %s once the template is changed', (measure, change) => {
    const { stack, baseline } = made({ keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make() }) });
    expect(byMeasure(baseline.complianceMatrix.evidence).get(measure)?.resources).toHaveLength(1);
    for (const node of stack.node.findAll()) { change(node); }
    expect(byMeasure(baseline.complianceMatrix.evidence).get(measure)).toMatchObject({ resources: [], missingBecause: expect.any(String) });
  });

  const plain = (conditions: Record<string, object>, more: Partial<iam.PolicyStatementProps> = {}) => {
    const stack = testStack();
    const bucket = new s3.Bucket(stack, 'Old', { encryption: s3.BucketEncryption.KMS, encryptionKey: new kms.Key(stack, 'Key') });
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['s3:*'], resources: [bucket.bucketArn, bucket.arnForObjects('*')], conditions, ...more,
    }));
    return byMeasure(S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL] }).complianceMatrix.evidence).get('bucket-tls-only')!.resources.length;
  };
  const noTls = { Bool: { 'aws:SecureTransport': 'false' } };
  test('plain HTTP is denied by a statement for everybody, everything and all of the bucket alone', () => {
    expect(plain(noTls)).toBe(1);
    expect(plain({ ...noTls, IpAddress: { 'aws:SourceIp': '203.0.113.7/32' } })).toBe(0);
    expect(plain(noTls, { effect: iam.Effect.ALLOW })).toBe(0);
    expect(plain(noTls, { principals: [new iam.AccountPrincipal('222222222222')] })).toBe(0);
    expect(plain(noTls, { actions: ['s3:GetObject'] })).toBe(0);
    expect(plain(noTls, { resources: ['arn:aws:s3:::other', 'arn:aws:s3:::other/*'] })).toBe(0);
  });

  test('a key that lets in everybody by a condition that names nobody is public', () => {
    const held = (conditions: Record<string, object>) => {
      const { baseline } = made();
      baseline.key!.addToResourcePolicy(new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['kms:Decrypt'], resources: ['*'], conditions }));
      return byMeasure(baseline.complianceMatrix.evidence).get('key-not-public')!.resources.length;
    };
    const viaS3 = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };
    expect(held({ StringEquals: viaS3 })).toBe(0);
    expect(held({ StringEquals: { ...viaS3, 'aws:PrincipalOrgID': 'o-exampleorg1' } })).toBe(1);
  });

  test('alarms that count in a trail which is not of this app are not claimed', () => {
    const stack = testStack();
    const { complianceMatrix } = new S3EncryptionBaseline(stack, 'Orders', {
      notify: [MAIL], auditTrail: BaselineAuditTrail.useLogGroup(logs.LogGroup.fromLogGroupName(stack, 'Org', 'organization-trail')),
    });
    expect(byMeasure(complianceMatrix.evidence).get('alarm:cis-trail-changed')).toMatchObject({ resources: [], missingBecause: expect.stringContaining('not of this app') });
    expect(byMeasure(complianceMatrix.evidence).get('trail-encrypted')?.resources).toEqual([]);
  });

  test('a trail of every bucket answers what asks for every one', () => {
    const { stack, baseline } = made();
    baseline.auditTrail!.watchAllBuckets();
    expect(outputs(stack, 'MatrixSecurityHub')[0]![1]).toContain('"S3.22"');
  });

  test('has a row for each control of each standard, also for those that are not met', () => {
    const { baseline } = made();
    const rows = baseline.complianceMatrix.toMarkdown().trim().split('\n').slice(2);
    const all = Object.values(mappings).flatMap((one) => Object.values(one) as string[][]).flat();
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter((row) => row.includes('| no |')).length).toBeGreaterThan(0);
    const wanted = Object.values(mappings).flatMap((one) => Object.entries(one).flatMap(([standard, controls]) => (controls as string[]).map((control) => `${standard} ${control}`)));
    expect(rows).toHaveLength(new Set(wanted).size);
    for (const row of rows) {
      expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
      expect(all).toContain(row.split('|')[2]!.trim());
    }
  });

  test('has the mappings of every rule, and of detections that a standard asks for', () => {
    expect(ComplianceRule.BUCKET_TLS_ONLY.mappings).toBe(mappings.TLS_ONLY);
    expect(Detection.CIS_TRAIL_CHANGED.mappings).toEqual({ securityHub: ['CloudWatch.5'], cis5: ['4.5'], cis7: ['5.5'] });
    expect(Detection.OBJECTS_REKEYED.mappings).toEqual({});
  });
});

describe('the monthly cost', () => {
  const lineOf = (baseline: S3EncryptionBaseline, what: string) => baseline.monthlyCost.lines.find((line) => line.what === what);

  test('adds up, by hand, at list prices', () => {
    const expectedUsage = { readsPerMonth: 9_000_000, writesPerMonth: 1_000_000, managementEventsPerMonth: 0, changesPerMonth: 0 };
    const { baseline } = made({ expectedUsage });
    const { monthlyCost } = baseline;
    expect(lineOf(baseline, 'key of the bucket')?.usd).toBe(1);
    expect(lineOf(baseline, 'requests to KMS')?.usd).toBeCloseTo(0.30, 5); // 100,000 of 10,000,000, 0.03 for 10,000
    expect(lineOf(baseline, 'data events')?.usd).toBeCloseTo(10, 5); // 0.10 for 100,000
    expect(lineOf(baseline, 'events in CloudWatch Logs')?.usd).toBeCloseTo(7.22, 2); // 14.45 GB, with 100,000 of KMS
    expect(lineOf(baseline, 'rules of AWS Config')?.usd).toBeCloseTo(0.06, 5); // two of the key, each day
    expect(lineOf(baseline, 'rules about the account')?.usd).toBeCloseTo(0.09, 5);
    expect(lineOf(baseline, 'alarms')?.usd).toBeCloseTo(1, 5);
    expect(lineOf(baseline, 'dashboard')?.usd).toBe(3);
    expect(monthlyCost.total).toBeCloseTo(monthlyCost.lines.reduce((sum, { usd }) => sum + usd, 0), 8);
    const shared = monthlyCost.lines.filter((line) => line.shared).reduce((sum, { usd }) => sum + usd, 0);
    expect(monthlyCost.total - monthlyCost.own).toBeCloseTo(shared, 8);
  });

  test('says of two layers what it does not count', () => {
    const [dsse, plain] = [{ encryptionMode: EncryptionMode.dsse() }, { bucketKeyEnabled: false }].map((bucketProps) => (
      lineOf(made({ bucketProps }).baseline, 'requests to KMS')?.basis));
    expect(dsse).toBe('one for each read and write, without an S3 Bucket Key; what S3 charges by the GB for two layers is not counted');
    expect(plain).toBe('one for each read and write, without an S3 Bucket Key');
  });

  test('a key costs more after its first and its second rotation', () => {
    const keys = (baseline: S3EncryptionBaseline) => baseline.monthlyCost.lines.filter(({ what }) => what.startsWith('key of')).map(({ basis }) => basis);
    const yearly = 'one key, until its first rotation after 365 days; 2.00 until the second, then 3.00';
    const often = 'one key, until its first rotation after 90 days; 2.00 until the second, then 3.00';
    const reported = made({ objectReport: BaselineObjectReport.make({ source: ObjectSource.inventory() }) }).baseline;
    expect(keys(reported)).toEqual([yearly, yearly, yearly, yearly]);
    expect(keys(made({ key: BaselineKey.make({ rotation: KeyRotation.every(Duration.days(90)) }) }).baseline)).toEqual([often, yearly, yearly]);
    const { stack, baseline } = made();
    for (const node of stack.node.findAll()) { if (node instanceof kms.CfnKey) { node.addPropertyOverride('EnableKeyRotation', false); } }
    expect(keys(baseline)).toEqual(Array(3).fill('one key, which is not rotated'));
  });

  test('without a Bucket Key a request costs KMS a hundred times as much', () => {
    const [with_, without] = [made(), made({ bucketProps: { bucketKeyEnabled: false } })].map(({ baseline }) => lineOf(baseline, 'requests to KMS')!.usd);
    expect(without! / with_!).toBeCloseTo(100, 5);
  });

  test('a second trail pays for its copy of management events, and what is its own is not shared', () => {
    const { stack, baseline } = made();
    const second = new S3EncryptionBaseline(stack, 'Invoices', { notify: [MAIL], auditTrail: BaselineAuditTrail.make() });
    expect(lineOf(baseline, 'management events')?.usd).toBe(0);
    expect(lineOf(second, 'management events')).toMatchObject({ usd: 10, shared: false }); // 500,000, 2 for 100,000
    expect(lineOf(second, 'key of the trail')?.shared).toBe(false);
    expect(lineOf(baseline, 'key of the trail')?.shared).toBe(true);
  });

  test('of writes alone counts writes alone', () => {
    const { baseline } = made({ auditTrail: BaselineAuditTrail.make({ dataEvents: AuditedEvents.WRITES }) });
    expect(lineOf(baseline, 'data events')).toMatchObject({ usd: 1, basis: '1,000,000 writes' });
  });

  describe('of a trail that is elsewhere', () => {
    const THERE = ['data events, in the trail elsewhere', 'events in CloudWatch Logs, in the trail elsewhere'];
    const HERE = ['data events', 'events in CloudWatch Logs'];
    const linesOf = (props: Partial<S3EncryptionBaselineProps>) => {
      const { baseline } = made({ expectedUsage: { readsPerMonth: 9_000_000, writesPerMonth: 1_000_000 }, ...props });
      return baseline.monthlyCost.lines.filter(({ what }) => [...HERE, ...THERE].includes(what))
        .map(({ what, usd, shared }) => [what, usd.toFixed(2), shared]);
    };
    const there = [[THERE[0], '10.00', false], [THERE[1], '7.22', false]];

    test('counts what it has to record, where somebody said that it does', () => {
      expect(linesOf({ account: BaselineAccount.deployedElsewhere({ dataEventsRecorded: true }) })).toEqual(there);
      expect(linesOf({ account: BaselineAccount.deployedElsewhere() })).toEqual([]);
    });

    test('counts what it has to record, where its log group is given', () => {
      const stack = testStack();
      const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Org', 'organization-trail');
      const baseline = new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], auditTrail: BaselineAuditTrail.useLogGroup(logGroup) });
      expect(THERE.map((what) => lineOf(baseline, what)?.basis)).toEqual(['2,000,000 reads and writes', 'those and 20,000 of KMS, 1.5 KB for each']);
      expect(lineOf(baseline, 'data events')).toBeUndefined();
    });

    test('counts both copies, where there is a trail here as well', () => {
      const here = [[HERE[0], '1.00', false], [HERE[1], '0.79', false]];
      expect(linesOf({
        account: BaselineAccount.deployedElsewhere({ dataEventsRecorded: true }),
        auditTrail: BaselineAuditTrail.make({ dataEvents: AuditedEvents.WRITES }),
      })).toEqual([...here, ...there]);
    });

    test('counts nothing where there is none', () => {
      expect(linesOf({ auditTrail: BaselineAuditTrail.leaveOut('none') })).toEqual([]);
    });
  });

  test('an alarm of anomalies looks at three metrics', () => {
    const usual = lineOf(made().baseline, 'alarms')!.usd;
    const { baseline } = made({ alarms: BaselineAlarms.make({ choices: [DetectionChoice.anomalyBand()] }) });
    expect(lineOf(baseline, 'alarms')!.usd - usual).toBeCloseTo(0.30, 5);
  });

  test('what is paid once is not added up by the month', () => {
    const { baseline } = made({ sensitiveData: BaselineDataDiscovery.make({ job: DiscoveryJob.once({ maximumGigabytes: 40 }) }) });
    expect(baseline.monthlyCost.once).toBe(40);
    expect(baseline.monthlyCost.total - made().baseline.monthlyCost.total).toBeCloseTo(0.10, 5);
    expect(baseline.monthlyCost.toString()).toMatch(/\. Once, at most 40\.00: Macie, for what it inspects 40\.00$/);
  });

  test('the first trail of each account is the one whose copy is free', () => {
    const app = new App();
    const of = (account: string) => new S3EncryptionBaseline(new Stack(new Stage(app, `S${account}`, { env: { account, region: 'eu-west-1' } }), 'Data'), 'Orders', { notify: [MAIL] });
    const both = ['111111111111', '222222222222'].map(of);
    for (const baseline of both) { expect(lineOf(baseline, 'management events')?.usd).toBe(0); }
  });

  test('and the matrix are no outputs where nobody wants them', () => {
    const { stack, baseline } = made({ outputs: false });
    expect(templateOf(stack).Outputs).toBeUndefined();
    expect(baseline.monthlyCost.total).toBeGreaterThan(10);
    expect(baseline.complianceMatrix.evidence.length).toBeGreaterThan(20);
  });

  test('five of them fit into a stack', () => {
    const { stack, app } = made();
    for (let index = 2; index <= 5; index += 1) { new S3EncryptionBaseline(stack, `Orders${index}`, { notify: [MAIL] }); }
    expect(statSync(app.synth().getStackByName('Stack').templateFullPath).size).toBeLessThan(1024 ** 2);
  });

  test('counts what is made, and not what is left out or shared', () => {
    const { baseline } = made({
      alarms: BaselineAlarms.make({ dashboard: false }), keyAccess: BaselineKeyAccess.make({ internalAccess: AccessAnalyzer.make() }),
    });
    expect(lineOf(baseline, 'dashboard')).toBeUndefined();
    expect(lineOf(baseline, 'alarms')?.shared).toBe(false);
    expect(lineOf(baseline, 'analysis of access from inside')?.usd).toBe(9);
  });

  test('counts the metrics and alarms of a report, those of prefixes and bytes too', () => {
    const reported = (options: Partial<ObjectEncryptionReportOptions> = {}) => {
      const { baseline } = made({ objectReport: BaselineObjectReport.make({ source: ObjectSource.inventory(), ...options }) });
      return ['metrics of the report', 'alarms of the report'].map((what) => { const line = lineOf(baseline, what); return [line?.basis, line?.usd.toFixed(2)]; });
    };
    expect(reported()).toEqual([['10 metrics, of the whole bucket', '3.00'], ['5 alarms', '0.50']]);
    expect(reported({ prefixes: ['hr/'] })).toEqual([['18 metrics, of the whole bucket and of prefixes: 1', '5.40'], ['5 alarms', '0.50']]);
    expect(reported({ tolerated: 9, toleratedBytes: Size.gibibytes(1), prefixes: ['hr/'], prefixAlarms: [{ prefix: 'finance/' }, { prefix: 'hr/' }] }))
      .toEqual([['26 metrics, of the whole bucket and of prefixes: 2', '7.80'], ['17 alarms', '1.70']]);
  });

  test('counts what the source of a report is paid by', () => {
    const OF_SOURCE = ['inventories', 'updates of metadata tables', 'filling of metadata tables'];
    const sourced = (source: ObjectSource) => {
      const { baseline } = made({
        objectReport: BaselineObjectReport.make({ source }), expectedUsage: { objects: 100_000_000, writesPerMonth: 20_000_000, readsPerMonth: 7 },
      });
      const lines = baseline.monthlyCost.lines.filter(({ what }) => OF_SOURCE.includes(what));
      return { lines: lines.map(({ what, basis, usd, once }) => [what, basis, usd.toFixed(2), once === true]), cost: baseline.monthlyCost };
    };
    expect(sourced(ObjectSource.inventory()).lines).toEqual([['inventories', '100,000,000 objects, 30 times', '7.50', false]]);
    expect(sourced(ObjectSource.inventory({ frequency: s3.InventoryFrequency.WEEKLY })).lines)
      .toEqual([['inventories', '100,000,000 objects, 4.3 times', '1.07', false]]);
    const tables = sourced(ObjectSource.metadataTables());
    expect(tables.lines).toEqual([
      ['updates of metadata tables', '20,000,000 writes, an update for each; deletions are updates too', '6.00', false],
      ['filling of metadata tables', '100,000,000 objects, when they are turned on', '30.00', true],
    ]);
    expect(tables.cost.once).toBeCloseTo(30, 5);
    expect(tables.cost.toString()).toMatch(/\. Once, at most 30\.00: filling of metadata tables 30\.00$/);
    // Whoever turned them on pays for them, report or not.
    expect(sourced(ObjectSource.existingMetadataTables()).lines).toEqual([]);
  });

  test('is an output, and changes nothing else', () => {
    const [usual, busy] = [made(), made({ expectedUsage: { readsPerMonth: 500_000_000 } })].map(({ stack }) => templateOf(stack));
    expect(busy!.Resources).toEqual(usual!.Resources);
    const value = (template: typeof usual) => Object.entries(template!.Outputs!).find(([id]) => id.startsWith('OrdersMonthlyCost'))![1].Value as string;
    expect(value(usual)).toMatch(/^13\.\d\d USD a month\. Of this bucket 4\.\d\d: key of the bucket 1\.00; .*\. Shared 9\.\d\d: /);
    expect(parseFloat(value(busy))).toBeGreaterThan(500);
  });
});

test('the README shows what the estimate says', () => {
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  // With Macie, which nobody gets without asking.
  const { baseline } = made({ sensitiveData: BaselineDataDiscovery.make() });
  expect(readme).toContain(`\n\n${baseline.monthlyCost.toMarkdown()}`);
});

describe('the whole life of a bucket', () => {
  test('takes an app at most fifteen lines', () => {
    const lines = ['app.ts', 'stack.ts'].flatMap((file) => readFileSync(join(__dirname, '../../examples/baseline', file), 'utf8').replace(/^import [^;]*;/gm, '').split('\n'));
    const written = lines.filter((line) => line.trim() !== '' && !/^(\/\/|\/\*\*)/.test(line.trim()));
    expect(written.length).toBeLessThanOrEqual(15);
  });

  test('is in that app, and every part of it is about the bucket or its key', () => {
    const stack = new BaselineStack(new App(), 'Baseline');
    const { Resources: resources, Outputs: given } = templateOf(stack);
    const [bucketId] = Object.keys(resources).filter((id) => /^OrdersBucket[0-9A-F]{8}$/.test(id)) as [string];
    const [keyId] = Object.keys(resources).filter((id) => /^OrdersKey[0-9A-F]{8}$/.test(id)) as [string];
    expect([resources[bucketId]?.Type, resources[keyId]?.Type]).toEqual(['AWS::S3::Bucket', 'AWS::KMS::Key']);
    const about = (type: string, id = bucketId) => Object.values(resources)
      .filter(({ Type, Properties }) => Type === type && JSON.stringify(Properties).includes(`"${id}"`)).map(({ Properties }) => Properties);
    // Prevented.
    expect(JSON.stringify(resources[bucketId]!.Properties.BucketEncryption)).toContain(keyId);
    expect(about('AWS::S3::BucketPolicy')).toHaveLength(1);
    expect(about('AWS::IAM::Policy').length).toBeGreaterThanOrEqual(2); // its reader and its writer
    // Recorded.
    expect(about('AWS::CloudTrail::Trail')).toHaveLength(1);
    // Detected, and heard.
    const rules = (id: string) => about('AWS::Events::Rule', id).map(({ EventPattern: pattern }) => JSON.stringify(pattern ?? '')).filter((pattern) => pattern.includes(id));
    for (const id of [bucketId, keyId]) { expect([id, rules(id).length > 5]).toEqual([id, true]); }
    expect(ofType(stack, 'AWS::SNS::Subscription').map(([, { Properties: { Protocol, Endpoint } }]) => [Protocol, Endpoint])).toEqual([['email', 'security@example.com']]);
    expect(ofType(stack, 'AWS::CloudWatch::Alarm').length).toBeGreaterThan(3);
    // Who can get at it: the analyzer is there, its findings are heard.
    expect(rules(bucketId).filter((pattern) => pattern.includes('aws.access-analyzer'))).not.toEqual([]);
    // Proved.
    expect(about('AWS::Config::ConfigRule').length).toBeGreaterThan(3);
    expect(about('AWS::Config::ConfigRule', keyId).length).toBeGreaterThan(3);
    expect(Object.keys(given!).filter((id) => id.startsWith('OrdersComplianceMatrix'))).toHaveLength(EVERY.length);
    expect(Object.keys(given!).filter((id) => id.startsWith('OrdersMonthlyCost'))).toHaveLength(1);
    // Repaired.
    expect(about('AWS::StepFunctions::StateMachine')).toHaveLength(1);
  });
});
