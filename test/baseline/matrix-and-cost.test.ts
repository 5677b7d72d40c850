import { readFileSync } from 'fs';
import { join } from 'path';
import { Aspects, aws_s3 as s3, type IAspect } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { made, templateOf } from './world';
import {
  AccessAnalyzer, BaselineAlarms, BaselineCompliance, BaselineKeyAccess, ComplianceChoice, ComplianceRule, type ControlEvidence, Detection,
  EncryptionMode, type S3EncryptionBaseline, type S3EncryptionBaselineProps,
} from '../../src';
import { mappings } from '../../src/controls';

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
      const controls = JSON.parse(value) as Record<string, string[]>;
      expect(Object.keys(controls).length).toBeGreaterThan(3);
      expect(Object.values(controls).flat().filter((id) => !(id in Resources))).toEqual([]);
      expect(Object.entries(controls).filter(([, by]) => by.length === 0)).toEqual([]);
      expect(value.length).toBeLessThan(8000);
    }
  });

  test('names the control, and what makes it hold', () => {
    const { stack } = made();
    const controls = JSON.parse(outputs(stack, 'MatrixSecurityHub')[0]![1]) as Record<string, string[]>;
    const { Resources } = templateOf(stack);
    const types = (control: string) => controls[control]?.map((id) => Resources[id]!.Type).sort();
    expect(types('S3.17')).toEqual(['AWS::Config::ConfigRule', 'AWS::Config::ConfigRule', 'AWS::S3::Bucket']);
    expect(types('S3.5')).toEqual(['AWS::Config::ConfigRule', 'AWS::S3::BucketPolicy']);
    expect(types('KMS.4')).toEqual(expect.arrayContaining(['AWS::KMS::Key', 'AWS::Config::ConfigRule']));
    expect(types('CloudTrail.2')).toEqual(['AWS::CloudTrail::Trail', 'AWS::Config::ConfigRule']);
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
    ['config-rule:tls-only', { compliance: BaselineCompliance.make({ choices: [ComplianceChoice.off(ComplianceRule.BUCKET_TLS_ONLY, 'x')] }) }],
  ];
  test.each(weakened)('does not claim %s where it was weakened', (measure, props) => {
    expect(byMeasure(made().baseline.complianceMatrix.evidence).get(measure)?.resources).not.toEqual([]);
    const found = byMeasure(made(props).baseline.complianceMatrix.evidence).get(measure);
    expect(found?.resources ?? []).toEqual([]);
    if (found !== undefined) { expect(found.missingBecause).toMatch(/does not have it/); }
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

  test('has a row for each control of each standard, also for those that are not met', () => {
    const { baseline } = made();
    const rows = baseline.complianceMatrix.toMarkdown().trim().split('\n').slice(2);
    const all = Object.values(mappings).flatMap((one) => Object.values(one) as string[][]).flat();
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter((row) => row.includes('not met. ')).length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.split(/(?<!\\)\|/)).toHaveLength(5);
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
    expect(lineOf(baseline, 'data events in CloudWatch Logs')?.usd).toBeCloseTo(7.15, 2); // 14.3 GB
    expect(lineOf(baseline, 'rules of AWS Config')?.usd).toBeCloseTo(0.06, 5); // two of the key, each day
    expect(lineOf(baseline, 'rules about the account')?.usd).toBeCloseTo(0.09, 5);
    expect(lineOf(baseline, 'alarms')?.usd).toBeCloseTo(1, 5);
    expect(lineOf(baseline, 'dashboard')?.usd).toBe(3);
    expect(monthlyCost.total).toBeCloseTo(monthlyCost.lines.reduce((sum, { usd }) => sum + usd, 0), 8);
    const shared = monthlyCost.lines.filter((line) => line.shared).reduce((sum, { usd }) => sum + usd, 0);
    expect(monthlyCost.total - monthlyCost.own).toBeCloseTo(shared, 8);
  });

  test('without a Bucket Key a request costs KMS a hundred times as much', () => {
    const [with_, without] = [made(), made({ bucketProps: { bucketKeyEnabled: false } })].map(({ baseline }) => lineOf(baseline, 'requests to KMS')!.usd);
    expect(without! / with_!).toBeCloseTo(100, 5);
  });

  test('counts what is made, and not what is left out or shared', () => {
    const { baseline } = made({
      alarms: BaselineAlarms.make({ dashboard: false }), keyAccess: BaselineKeyAccess.make({ internalAccess: AccessAnalyzer.make() }),
    });
    expect(lineOf(baseline, 'dashboard')).toBeUndefined();
    expect(lineOf(baseline, 'alarms')?.shared).toBe(false);
    expect(lineOf(baseline, 'analysis of access from inside')?.usd).toBe(9);
  });

  test('is an output, and changes nothing else', () => {
    const [usual, busy] = [made(), made({ expectedUsage: { readsPerMonth: 500_000_000 } })].map(({ stack }) => templateOf(stack));
    expect(busy!.Resources).toEqual(usual!.Resources);
    const value = (template: typeof usual) => Object.entries(template!.Outputs!).find(([id]) => id.startsWith('OrdersMonthlyCost'))![1].Value as string;
    expect(value(usual)).toMatch(/^13\.\d\d USD a month, 4\.\d\d without what baselines share: key of the bucket 1\.00; /);
    expect(parseFloat(value(busy))).toBeGreaterThan(500);
  });
});

test('the README shows what the estimate says', () => {
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  expect(readme).toContain(`\n\n${made().baseline.monthlyCost.toMarkdown()}`);
});

test('the whole life of a bucket takes an app at most fifteen lines', () => {
  const lines = ['app.ts', 'stack.ts'].flatMap((file) => readFileSync(join(__dirname, '../../examples/baseline', file), 'utf8').split('\n'));
  const written = lines.filter((line) => line.trim() !== '' && !/^(import|\/\/|\/\*\*)/.test(line.trim()));
  expect(written.length).toBeLessThanOrEqual(15);
});
