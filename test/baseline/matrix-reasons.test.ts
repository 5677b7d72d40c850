import { aws_events as events, aws_logs as logs, aws_s3 as s3 } from 'aws-cdk-lib';
import { MAIL, made } from './world';
import {
  BaselineAccount, BaselineAlarms, BaselineAuditTrail, BaselineCompliance, BaselineKey, BaselineKeyAccess, ComplianceChoice, ComplianceRule,
  Detection, DetectionChoice, DetectionSeverity, EncryptionAlarms, type EncryptionBaseline, EncryptionMode,
  S3EncryptionBaseline, type S3EncryptionBaselineProps,
} from '../../src';
import { testStack } from '../helpers/stack';

const of = (baseline: EncryptionBaseline, measure: string) => baseline.complianceMatrix.evidence.find((one) => one.measure === measure);
const whyNot = (baseline: EncryptionBaseline, measure: string) => of(baseline, measure)?.missingBecause;
const CIS = ['cis-trail-changed', 'cis-config-changed', 'cis-key-disabled-or-deleted', 'cis-bucket-policy-changed'].map((id) => `alarm:${id}`);

/** The rows of the table by standard and control. */
const rowsOf = (baseline: EncryptionBaseline) => new Map(baseline.complianceMatrix.toMarkdown().trim().split('\n').slice(2)
  .map((row) => [row.split('|').slice(1, 3).map((cell) => cell.trim()).join(' '), row] as const));

describe('what is left out', () => {
  const LEFT_OUT: [what: string, props: Partial<S3EncryptionBaselineProps>, row: string][] = [
    ['the key', { key: BaselineKey.leaveOut('MYREASON') }, 'AWS Security Hub CSPM KMS.4'],
    ['the rules', { compliance: BaselineCompliance.leaveOut('MYREASON') }, 'AWS Security Hub CSPM S3.5'],
    ['the trail', { auditTrail: BaselineAuditTrail.leaveOut('MYREASON') }, 'AWS Security Hub CSPM CloudTrail.2'],
    ['the alarms', { notify: [], alarms: BaselineAlarms.leaveOut('MYREASON'), keyAccess: BaselineKeyAccess.leaveOut('as said') }, 'AWS Security Hub CSPM CloudWatch.5'],
  ];
  test.each(LEFT_OUT)('%s takes no control out of the table, and stands there with the reason', (_, props, row) => {
    const rows = rowsOf(made(props).baseline);
    expect([...rows.keys()]).toEqual([...rowsOf(made().baseline).keys()]);
    expect(rows.get(row)).toContain('MYREASON');
  });

  test('of a bucket without a key everything about keys has the reason', () => {
    const { baseline } = made({ key: BaselineKey.leaveOut('public data') });
    const rows = rowsOf(baseline);
    for (const control of ['AWS Security Hub CSPM KMS.3', 'AWS Security Hub CSPM KMS.5', 'AWS Security Hub CSPM S3.17', 'CIS AWS Foundations Benchmark 5.0 3.6', 'PCI DSS 4.0.1 3.7.4', 'NIST SP 800-53 Revision 5 SC-12']) {
      expect(rows.get(control)).toContain('| no |');
      expect(rows.get(control)).toContain('public data');
    }
    for (const measure of ['bucket-encrypted', 'bucket-key', 'key-rotated', 'config-rule:key-rotation', 'config-rule:default-key', 'objects-repairable']) {
      expect(of(baseline, measure)).toMatchObject({ resources: [], missingBecause: 'public data' });
    }
    expect(of(baseline, 'bucket-tls-only')?.resources).toHaveLength(1);
  });

  test('of an imported bucket without a key too', () => {
    const bucket = s3.Bucket.fromBucketName(testStack(), 'Old', 'old-bucket');
    const baseline = S3EncryptionBaseline.forBucket(bucket, { notify: [MAIL], key: BaselineKey.leaveOut('public data'), compliance: BaselineCompliance.leaveOut('no key') });
    expect(whyNot(baseline, 'bucket-encrypted')).toBe('public data');
    expect(whyNot(baseline, 'bucket-versioned')).toMatch(/not of this app/);
    expect(whyNot(baseline, 'config-rule:key-rotation')).toBe('no key');
  });

  test('a bucket under SSE-S3 of which nobody said why has no key', () => {
    const baseline = S3EncryptionBaseline.forBucket(new s3.Bucket(testStack(), 'Old'), { notify: [MAIL] });
    expect(whyNot(baseline, 'bucket-encrypted')).toBe('the bucket of the template does not have it');
    expect(whyNot(baseline, 'key-rotated')).toBe('the bucket has no key of its own');
    expect(whyNot(baseline, 'objects-repairable')).toBe('the bucket has no key of its own');
  });

  test('each rule has the reason, and none that is off by default', () => {
    const { baseline } = made({ compliance: BaselineCompliance.leaveOut('MYREASON') });
    const rules = baseline.complianceMatrix.evidence.filter(({ measure }) => measure.startsWith('config-rule:'));
    const usual = made().baseline.complianceMatrix.evidence.filter(({ measure }) => measure.startsWith('config-rule:'));
    expect(rules.map(({ measure }) => measure)).toEqual(usual.map(({ measure }) => measure));
    expect(rules.every(({ resources, missingBecause, looks }) => resources.length === 0 && missingBecause === 'MYREASON' && looks)).toBe(true);
    expect(rules.some(({ measure }) => measure.endsWith('bucket-ssl-requests-only'))).toBe(false);
  });

  test('a rule that is turned off has the reason, also in the table', () => {
    const { baseline } = made({ compliance: BaselineCompliance.make({ choices: [ComplianceChoice.off(ComplianceRule.BUCKET_TLS_ONLY, 'another | tool')] }) });
    expect(of(baseline, 'config-rule:tls-only')).toMatchObject({ resources: [], missingBecause: 'another | tool', looks: true });
    expect(rowsOf(baseline).get('AWS Security Hub CSPM S3.5')).toMatch(/\| yes \| .*Plain HTTP is denied to everybody: another \\\| tool \|$/);
  });

  test('a rule that is not to be had in the region says so', () => {
    const stack = testStack({ env: { account: '111111111111', region: 'us-gov-west-1' } });
    const baseline = new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL] });
    const missing = baseline.complianceMatrix.evidence.filter(({ missingBecause }) => missingBecause === 'AWS Config does not offer the rule in us-gov-west-1');
    expect(missing.map(({ measure }) => measure)).toContain('config-rule:key-policy-not-public');
  });

  test('under two layers there is a key, and S3 brings nothing under it', () => {
    const { baseline } = made({ bucketProps: { encryptionMode: EncryptionMode.dsse() } });
    expect(whyNot(baseline, 'objects-repairable')).toBe('S3 brings nothing under two layers of encryption (DSSE-KMS)');
    expect(whyNot(baseline, 'config-rule:bucket-key')).toMatch(/not asked of this bucket/);
    expect(of(baseline, 'key-rotated')?.resources).toHaveLength(1);
  });
});

describe('a detection that is not there', () => {
  test('has the reason for which it was turned off', () => {
    const { baseline } = made({ alarms: BaselineAlarms.make({ choices: [DetectionChoice.off(Detection.CIS_TRAIL_CHANGED, 'why-not')] }) });
    expect(CIS.map((measure) => whyNot(baseline, measure))).toEqual(['why-not', undefined, undefined, undefined]);
  });

  test('of alarms that are given without the log group of a trail cannot be counted, and nobody turned it off', () => {
    const stack = testStack();
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [MAIL], choices: [DetectionChoice.off(Detection.CIS_CONFIG_CHANGED, 'why-not')] });
    const baseline = new S3EncryptionBaseline(stack, 'Orders', { notify: [], alarms: BaselineAlarms.use(alarms) });
    const uncounted = 'the alarms have no log group of a trail, so nothing can be counted';
    expect(CIS.map((measure) => whyNot(baseline, measure))).toEqual([uncounted, 'why-not', uncounted, uncounted]);
  });

  test('beside an account baseline elsewhere is there', () => {
    const baseline = new S3EncryptionBaseline(testStack(), 'Orders', { notify: [MAIL], account: BaselineAccount.deployedElsewhere({ dataEventsRecorded: true }) });
    expect(new Set(CIS.map((measure) => whyNot(baseline, measure)))).toEqual(new Set(['the account baseline, which is deployed elsewhere, has it']));
  });

  test('of the user\'s own stands in the matrix too, on or off', () => {
    const own = Detection.onRate('own-counted', {
      severity: DetectionSeverity.MEDIUM, title: 'own', meaning: 'Own.', filterPattern: logs.FilterPattern.literal('{ $.eventName = "Own" }'), mappings: { pciDss: ['10.7.2'] },
    });
    const on = made({ alarms: BaselineAlarms.make({ ownDetections: [own] }) }).baseline;
    expect(of(on, 'alarm:own-counted')?.resources).toHaveLength(1);
    const off = made({ alarms: BaselineAlarms.make({ ownDetections: [own], choices: [DetectionChoice.off(own, 'too loud')] }) }).baseline;
    expect(of(off, 'alarm:own-counted')).toMatchObject({ resources: [], missingBecause: 'too loud' });
  });

  test('of single events is claimed as long as its rule looks for them', () => {
    const own = Detection.onEvent('own-event', {
      severity: DetectionSeverity.MEDIUM, title: 'own', meaning: 'Own.', source: 'aws.s3', calls: ['PutBucketLogging'], mappings: { pciDss: ['10.7.2'] },
    });
    const changed = (...path: [string, unknown][]) => {
      const { stack, baseline } = made({ alarms: BaselineAlarms.make({ ownDetections: [own] }) });
      for (const node of stack.node.findAll()) {
        if (node instanceof events.CfnRule) { for (const [property, value] of path) { node.addPropertyOverride(property, value); } }
      }
      return of(baseline, 'alarm:own-event');
    };
    expect(changed()?.resources).toHaveLength(1);
    expect(changed(['Description', 'another'])?.resources).toHaveLength(1);
    const lost: [string, unknown][] = [
      ['EventPattern.detail.eventName', ['Nothing']], ['State', 'DISABLED'], ['EventBusName', 'another'], ['Targets', []],
    ];
    for (const one of lost) { expect(changed(one)).toMatchObject({ resources: [], missingBecause: expect.stringMatching(/was changed in the template/) }); }
  });

  test('counts with all of its filters, or not at all', () => {
    const { stack, baseline } = made();
    const filters = stack.node.findAll().filter((one): one is logs.CfnMetricFilter => one instanceof logs.CfnMetricFilter);
    for (const filter of filters) { filter.addPropertyOverride('FilterName', 'a-name'); }
    expect(CIS.map((measure) => of(baseline, measure)?.resources.length)).toEqual([1, 1, 1, 1]);
    for (const filter of filters) { filter.addPropertyOverride('FilterPattern', '{ $.eventName = "Nothing" }'); }
    expect(CIS.map((measure) => of(baseline, measure)?.resources.length)).toEqual([0, 0, 0, 0]);
    expect(baseline.complianceMatrix.toMarkdown()).toContain('what it looks for was changed in the template');
  });
});
