import { App, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  EncryptionAlarms, Notify, ObjectEncryptionReport, type ObjectEncryptionReportProps, ObjectFinding, type ObjectPrefixAlarm, ObjectSource,
  SecureBucket,
} from '../../src';

const ENV = { account: '111122223333', region: 'eu-west-1' };

interface Made { readonly stack: Stack; readonly report: ObjectEncryptionReport; readonly alarms: Record<string, Record<string, any>> }

function made(props: Partial<ObjectEncryptionReportProps> = {}, stack = new Stack(new App(), 'Stack', { env: ENV }), id = 'Report'): Made {
  const report = new ObjectEncryptionReport(stack, id, { bucket: new SecureBucket(stack, 'Data'), source: ObjectSource.inventory(), ...props });
  const alarms = Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(([logicalId, { Properties }]) => [logicalId, Properties]);
  return { stack, report, alarms: Object.fromEntries(alarms) };
}

const of = ({ alarms }: Made, prefix?: string) => Object.values(alarms)
  .filter(({ MetricName, Dimensions }) => MetricName !== 'HoursBehind' && Dimensions.find(({ Name }: { Name: string }) => Name === 'Prefix')?.Value === prefix)
  .map(({ MetricName, Threshold }) => [MetricName, Threshold]).sort();
const INVENTORY = ['UnderSseC', 'UnderSseS3', 'Unencrypted', 'WithoutBucketKey'];
const each = (kind: 'Objects' | 'Bytes', threshold: number) => INVENTORY.map((name) => [`${kind}${name}`, threshold]);
const named = (...prefixAlarms: ObjectPrefixAlarm[]) => ({ prefixAlarms });

describe('what a bucket tolerates', () => {
  test('is no object, unless somebody says so', () => {
    expect(of(made())).toEqual(each('Objects', 0));
    expect(of(made({ tolerated: 7 }))).toEqual(each('Objects', 7));
  });

  test('is bytes alone, or either', () => {
    expect(of(made({ toleratedBytes: Size.gibibytes(1) }))).toEqual(each('Bytes', 1024 ** 3));
    expect(of(made({ toleratedBytes: Size.bytes(0) }))).toEqual(each('Bytes', 0));
    expect(of(made({ tolerated: 7, toleratedBytes: Size.kibibytes(1) }))).toEqual([...each('Bytes', 1024), ...each('Objects', 7)]);
  });

  test('may be known at deployment only', () => {
    const late = (value: number) => Lazy.number({ produce: () => value });
    expect(of(made({ tolerated: late(3), toleratedBytes: Size.bytes(late(9)) }))).toEqual([...each('Bytes', 9), ...each('Objects', 3)]);
  });

  test('has alarms that say that they are about bytes, and go by the same page', () => {
    const [alarm] = Object.values(made({ toleratedBytes: Size.bytes(9), alarmOn: [ObjectFinding.SSE_C] }).alarms).filter(({ MetricName }) => MetricName === 'BytesUnderSseC');
    expect(alarm).toMatchObject({
      AlarmName: expect.stringMatching(/^Stack-Report-[0-9A-F]{8}-bytes-sse-c$/),
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
      Period: 86_400,
      Statistic: 'Maximum',
    });
    expect(alarm.AlarmDescription).toMatch(/^HIGH: objects are under keys of clients \(SSE-C\), of more bytes than are tolerated\. .*#objects-sse-c$/);
  });
});

describe('prefixes with alarms of their own', () => {
  test('are counted, and leave the alarms of the bucket as they are', () => {
    const plain = made();
    const with2 = made({ tolerated: 0, ...named({ prefix: 'finance/' }, { prefix: 'hr/', tolerated: 5, toleratedBytes: Size.bytes(6), alarmOn: [ObjectFinding.SSE_C] }) });
    expect(of(with2, 'finance/')).toEqual(each('Objects', 0));
    expect(of(with2, 'hr/')).toEqual([['BytesUnderSseC', 6], ['ObjectsUnderSseC', 5]]);
    for (const [id, alarm] of Object.entries(plain.alarms)) { expect(with2.alarms[id]).toEqual(alarm); }
    expect(Object.keys(with2.alarms)).toHaveLength(Object.keys(plain.alarms).length + 6);
    expect(with2.report.alarms).toHaveLength(Object.keys(with2.alarms).length);
    expect(with2.stack.resolve(with2.report.metricBytes(ObjectFinding.UNENCRYPTED, 'hr/').dimensions)).toMatchObject({ Prefix: 'hr/' });
    const [machine] = Object.values(Template.fromStack(with2.stack).findResources('AWS::StepFunctions::StateMachine'));
    expect(JSON.stringify(machine.Properties.DefinitionString)).toMatch(/starts_with\(key, 'finance\/'\)\) AS objects_1.*starts_with\(key, 'hr\/'\)\) AS objects_2/);
  });

  test('are counted once where they are named among the others too, and by the columns that those have', () => {
    const { report } = made({ prefixes: ['z/', 'a/'], ...named({ prefix: 'c/' }, { prefix: 'a/' }, { prefix: 'b/' }) });
    expect(report._prefixes).toEqual(['z/', 'a/', 'b/', 'c/']);
  });

  test('are alarmed on as the bucket is, unless they say otherwise', () => {
    expect(of(made({ alarmOn: [ObjectFinding.SSE_C], tolerated: 9, ...named({ prefix: 'a/' }) }), 'a/')).toEqual([['ObjectsUnderSseC', 0]]);
    const own = made({ alarmOn: [], ...named({ prefix: 'a/', alarmOn: [ObjectFinding.SSE_S3], toleratedBytes: Size.bytes(1) }) });
    expect([of(own), of(own, 'a/')]).toEqual([[], [['BytesUnderSseS3', 1]]]);
  });

  test('keep the names and logical ids of their alarms, whatever else is named and in whichever order', () => {
    const [a, b, c] = [{ prefix: 'a/' }, { prefix: 'b/', tolerated: 1 }, { prefix: 'c/' }];
    const alarms = (stack: Stack) => new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
    const template = (...prefixAlarms: ObjectPrefixAlarm[]) => {
      const stack = new Stack(new App(), 'Stack', { env: ENV });
      made({ alarms: alarms(stack), prefixAlarms }, stack);
      return Template.fromStack(stack).toJSON().Resources;
    };
    expect(JSON.stringify(template(c, a, b))).toBe(JSON.stringify(template(a, b, c)));
    const [all, alone] = [made(named(a, b, c)).alarms, made(named(b)).alarms];
    for (const [id, alarm] of Object.entries(alone)) { expect(all[id]).toEqual(alarm); }
  });

  test('have alarms whose names differ where the prefixes differ, and which CloudWatch takes', () => {
    const long = (end: string) => `${'finance/'.repeat(31)}abcdef${end}`;
    const prefixes = ['a/b', 'a--b', 'a-b', 'a_b', 'A/B', '%', '/', '!"$ ', long('x'), long('y'), 'Default', 'Resource'];
    const stack = new Stack(new App(), 'AStackWithQuiteALongName'.repeat(5), { env: ENV });
    const { alarms, report } = made({
      source: ObjectSource.metadataTables(), prefixAlarms: prefixes.map((prefix) => ({ prefix, tolerated: 1, toleratedBytes: Size.bytes(1) })),
    }, stack, 'AReportWithQuiteALongName'.repeat(8));
    const names = Object.values(alarms).map(({ AlarmName }) => AlarmName as string);
    expect(names).toHaveLength(6 + 12 * 5 * 2);
    expect(new Set(names).size).toBe(names.length);
    expect(report.alarms).toHaveLength(names.length);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(255);
    expect(names.filter((name) => !/^[\w-]+$/.test(name))).toEqual([]);
    expect(names.filter((name) => name.includes('-unencrypted-finance-finance-'))).toHaveLength(4);
    expect(Math.max(...Object.values(alarms).map(({ AlarmDescription }) => (AlarmDescription as string).length))).toBeLessThanOrEqual(1024);
  });

  test('tell those who hear, by their names, as bad as what they find', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
    const { report } = made({ alarms, ...named({ prefix: "it's/" }) }, stack);
    expect(alarms.alarms).toEqual(expect.arrayContaining(report.alarms));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ObjectsUnderSseC',
      Dimensions: Match.arrayWith([{ Name: 'Prefix', Value: "it's/" }]),
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmsTopic') }],
      AlarmDescription: Match.stringLikeRegexp('^HIGH: under "it\'s/" objects are under keys of clients.*runbook.md#objects-sse-c$'),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmDescription: Match.stringLikeRegexp('^MEDIUM: under "it\'s/" objects are stored without encryption\\.') });
  });
});

describe('a report refuses', () => {
  test.each<[string, Partial<ObjectEncryptionReportProps>, RegExp]>([
    ['a part of an object', { tolerated: 0.5 }, /'tolerated' must be a whole number, 0 or more, got 0.5/],
    ['a part of a byte', { toleratedBytes: Size.kibibytes(1.3) }, /'toleratedBytes' must be whole bytes, got Size.kibibytes\(1.3\)/],
    ['a part of a byte, in bytes', { toleratedBytes: Size.bytes(1.5) }, /'toleratedBytes' must be whole bytes, got Size.bytes\(1.5\)/],
    ['bytes that no alarm waits for', { tolerated: 0, toleratedBytes: Size.bytes(9) }, /'toleratedBytes' must be left out with a 'tolerated' of 0, got Size.bytes\(9\).*leave 'tolerated' out/],
    ['to tolerate objects where nothing has an alarm', { alarmOn: [], tolerated: 1 }, /'tolerated' must be left out with an empty 'alarmOn'/],
    ['to tolerate bytes where nothing has an alarm', { alarmOn: [], toleratedBytes: Size.bytes(1) }, /'toleratedBytes' must be left out with an empty 'alarmOn'/],
    ['a prefix with alarms twice', named({ prefix: 'a/' }, { prefix: 'a/', tolerated: 1 }), /'prefixAlarms' must name each prefix once, got 'a\/' twice/],
    ['a prefix of nothing', named({ prefix: '' }), /'prefixAlarms' must be known at synthesis/],
    ['a prefix that CloudWatch does not take', named({ prefix: 'ü/' }), /'prefixAlarms' must .*ASCII/],
    ['a prefix with alarms that is longer than a dimension of the CDK', named({ prefix: 'a'.repeat(256) }), /'prefixAlarms' must .* of 1 to 255 ASCII/],
    ['a prefix that is longer than a dimension', { prefixes: ['a'.repeat(1025)] }, /'prefixes' must .* of 1 to 1024 ASCII/],
    ['a prefix that is known too late', named({ prefix: Lazy.string({ produce: () => 'a/' }) }), /'prefixAlarms' must be known at synthesis/],
    ['more prefixes than anybody wants to pay for', {
      prefixes: Array.from({ length: 20 }, (_, index) => `${index}/`), ...named({ prefix: '1/' }, { prefix: 'a/' }),
    }, /'prefixes' together with 'prefixAlarms' must name at most 20, got 21/],
    ['a negative number of objects of a prefix', named({ prefix: 'a/', tolerated: -1 }), /'tolerated' of 'a\/' in 'prefixAlarms' must be a whole number, 0 or more, got -1/],
    ['a part of a byte of a prefix', named({ prefix: 'a/', toleratedBytes: Size.bytes(0.5) }), /'toleratedBytes' of 'a\/' in 'prefixAlarms' must be whole bytes/],
    ['bytes of a prefix that no alarm waits for', named({ prefix: 'a/', tolerated: 0, toleratedBytes: Size.bytes(9) }), /'toleratedBytes' of 'a\/' in 'prefixAlarms' must be left out/],
    ['a finding of a prefix that cannot be found', named({ prefix: 'a/', alarmOn: [ObjectFinding.OTHER_KEY] }), /'alarmOn' of 'a\/' in 'prefixAlarms' must name what this report can find.*got other-key/],
    ['a finding of a prefix twice', named({ prefix: 'a/', alarmOn: [ObjectFinding.SSE_C, ObjectFinding.SSE_C] }), /'alarmOn' of 'a\/' in 'prefixAlarms' must name each finding once/],
    ['a prefix whose alarms are none', named({ prefix: 'a/', alarmOn: [] }), /'alarmOn' of 'a\/' in 'prefixAlarms' must name at least one finding, got none/],
    ['a prefix that has none as the bucket has none', { alarmOn: [], ...named({ prefix: 'a/' }) }, /must name at least one finding, got none/],
  ])('%s', (_, props, message) => {
    expect(() => made(props)).toThrow(message);
  });

  test('neither a whole number in another unit, nor twenty prefixes that are named twice', () => {
    const prefixes = Array.from({ length: 20 }, (_, index) => `${index}/`);
    made({ toleratedBytes: Size.kibibytes(0.5), prefixes, prefixAlarms: prefixes.map((prefix) => ({ prefix })) });
  });
});
