import { App, aws_lambda as lambda, NestedStack, Stack } from 'aws-cdk-lib';
import { ACCOUNT_WIDE, another, counts, MAIL, made, ofType, templateOf } from './world';
import {
  AccessAnalyzer, BaselineAccount, BaselineAlarms, BaselineAuditTrail, BaselineCompliance, BaselineKey, BaselineKeyAccess, ComplianceRecorder,
  EncryptionAccountBaseline, type EncryptionAccountBaselineProps, EncryptionAuditTrail, Notify, RotatingS3Key, S3EncryptionBaseline,
} from '../../src';
import { testStack } from '../helpers/stack';
import { warningIds, warningText } from '../helpers/template';

const PARTS = {
  compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.existing() }),
  keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.make() }),
};

function account(stack: Stack, props: Partial<EncryptionAccountBaselineProps> = {}) {
  return new EncryptionAccountBaseline(stack, 'EncryptionAccountBaseline', { notify: [MAIL], ...PARTS, ...props });
}

describe('in the stack of its baselines', () => {
  test('it is what they share, without being named', () => {
    const stack = testStack();
    const shared = account(stack);
    const baseline = new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL] });
    for (const part of ['alarms', 'auditTrail', 'compliance', 'keyAccess'] as const) { expect(baseline[part]).toBe(shared[part]); }
    expect(counts(stack, ...ACCOUNT_WIDE)).toEqual([1, 1, 1, 1]);
    expect(warningIds(stack)).toEqual([]);
  });

  test('it takes the place of what they shared without it, and replaces nothing', () => {
    const before = templateOf(made().stack).Resources;
    const stack = testStack();
    account(stack);
    new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL] });
    const after = templateOf(stack).Resources;
    expect(Object.keys(before).filter((id) => !(id in after))).toEqual([]);
  });

  test('a baseline with alarms of its own uses the analyzer that is there', () => {
    const stack = testStack();
    account(stack);
    new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], alarms: BaselineAlarms.make({ dashboard: false }) });
    new S3EncryptionBaseline(stack, 'Invoices', { notify: [MAIL] });
    expect(ofType(stack, 'AWS::AccessAnalyzer::Analyzer')).toHaveLength(1);
    expect(warningIds(stack)).toEqual([]);
  });
});

describe('in another stack', () => {
  test('it watches from there, and the stack of the bucket knows nothing of it', () => {
    const app = new App();
    const [platform, shop] = [another(app, 'Platform'), another(app, 'Shop')];
    const shared = account(platform);
    const baseline = new S3EncryptionBaseline(shop, 'Orders', { notify: [Notify.email('shop@example.com')], account: BaselineAccount.use(shared) });
    expect(counts(shop, ...ACCOUNT_WIDE)).toEqual([0, 0, 0, 0]);
    expect(ofType(shop, 'AWS::Config::ConfigRule')).toEqual([]);
    expect(baseline.backfill).toBeDefined();
    expect(ofType(platform, 'AWS::SNS::Subscription')).toHaveLength(2);
    expect(ofType(platform, 'AWS::Config::ConfigRule').length).toBeGreaterThan(10);
    const synthesized = app.synth();
    expect(synthesized.getStackByName('Platform').dependencies.map(({ id }) => id)).toContain('Shop');
    expect(synthesized.getStackByName('Shop').dependencies.map(({ id }) => id)).not.toContain('Platform');
    const evidence = baseline.complianceMatrix.evidence.find(({ measure }) => measure === 'trail-encrypted');
    expect(evidence?.resources).toEqual([expect.stringMatching(/^Platform\/EncryptionAccountBaselineAuditTrail/)]);
  });

  test('it serves the baselines of two stacks', () => {
    const app = new App();
    const platform = another(app, 'Platform');
    const shared = account(platform);
    const buckets = ['Shop', 'Billing'].map((id) => new S3EncryptionBaseline(another(app, id), 'Data', { notify: [MAIL], account: BaselineAccount.use(shared) }).bucket);
    app.synth();
    const [trail] = ofType(platform, 'AWS::CloudTrail::Trail').map(([, { Properties }]) => Properties.EventSelectors ?? Properties.AdvancedEventSelectors);
    expect(JSON.stringify(trail).match(/Fn::ImportValue/g)).toHaveLength(buckets.length);
  });
});

describe('stacks that would wait for each other are told how not to', () => {
  const two = () => {
    const app = new App();
    const [platform, shop] = [another(app, 'Platform'), another(app, 'Shop')];
    return { platform, shop, notify: [MAIL] };
  };

  test('by a trail of another stack', () => {
    const { platform, shop, notify } = two();
    expect(() => new S3EncryptionBaseline(shop, 'Orders', { notify, auditTrail: BaselineAuditTrail.use(new EncryptionAuditTrail(platform, 'Trail')) }))
      .toThrow(/'alarms' must be in the stack of the trail, Platform/);
  });

  test('by alarms of their own beside the account of another stack', () => {
    const { platform, shop, notify } = two();
    expect(() => new S3EncryptionBaseline(shop, 'Orders', { notify, account: BaselineAccount.use(account(platform)), alarms: BaselineAlarms.make() }))
      .toThrow(/'alarms' must be in the stack of the trail, Platform/);
  });

  test('by a function of theirs', () => {
    const { platform, shop } = two();
    const handler = new lambda.Function(shop, 'Handler', { code: lambda.Code.fromInline('x'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_22_X });
    expect(() => new S3EncryptionBaseline(shop, 'Orders', { notify: [Notify.lambda(handler)], account: BaselineAccount.use(account(platform)) }))
      .toThrow(/'notify' must name functions of Platform/);
  });

  test('by a key of the account', () => {
    const { platform, shop, notify } = two();
    const key = BaselineKey.use(new RotatingS3Key(platform, 'Key'));
    expect(() => new S3EncryptionBaseline(shop, 'Orders', { notify, key, account: BaselineAccount.use(account(platform)) }))
      .toThrow(/'key' must not be in Platform/);
  });

  test('by an account of another environment', () => {
    const shop = testStack();
    const shared = account(new Stack(shop.node.root as App, 'Anywhere'));
    expect(() => new S3EncryptionBaseline(shop, 'Orders', { notify: [MAIL], account: BaselineAccount.use(shared) })).toThrow(/'account' must be of the account of this stack/);
  });

  test('and nested ones do not', () => {
    const stack = new Stack(new App(), 'Parent');
    const shared = account(new NestedStack(stack, 'Account'));
    new S3EncryptionBaseline(new NestedStack(stack, 'Shop'), 'Orders', { notify: [MAIL], account: BaselineAccount.use(shared) });
    expect(() => (stack.node.root as App).synth()).not.toThrow();
  });
});

describe('for a whole account', () => {
  const whole = (props: Partial<EncryptionAccountBaselineProps> = {}, options = {}) => {
    const stack = new Stack(new App(), 'Account');
    const shared = account(stack, props);
    shared.watchAccount(options);
    return { stack, shared };
  };

  test('it names no bucket and needs no file, so StackSets deploy it as it is', () => {
    const { stack } = whole();
    const template = templateOf(stack);
    expect(Object.values(template.Resources).map(({ Type }) => Type)).not.toContain('AWS::Lambda::Function');
    expect(JSON.stringify(template)).not.toMatch(/AssetParameters|cdk-hnb659fds-assets|Fn::ImportValue/);
    const patterns = ofType(stack, 'AWS::Events::Rule').map(([, { Properties }]) => JSON.stringify(Properties.EventPattern));
    expect(patterns.filter((pattern) => pattern.includes('bucketName'))).toEqual([]);
    expect(ofType(stack, 'AWS::Config::ConfigRule').map(([, { Properties }]) => Properties.Source.SourceIdentifier).sort())
      .toEqual(['CLOUD_TRAIL_ENCRYPTION_ENABLED', 'CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED']);
  });

  test('with approved keys the rules look at every bucket', () => {
    const stack = new Stack(new App(), 'Account');
    account(stack).watchAccount({ approvedKeys: [new RotatingS3Key(stack, 'Key')], sseS3BucketNames: ['logs'] });
    expect(ofType(stack, 'AWS::Config::ConfigRule').length).toBeGreaterThan(8);
  });

  test('what happens to objects is recorded where somebody asks, and otherwise said', () => {
    const quiet = whole();
    expect(warningText(quiet.stack, 'cdk-s3-encryption:EncryptionAccountBaseline.objectsNotRecorded')).toContain('objects-rekeyed');
    const { stack } = whole({}, { dataEvents: true });
    expect(warningIds(stack)).toEqual([]);
    const [trail] = ofType(stack, 'AWS::CloudTrail::Trail').map(([, { Properties }]) => Properties.AdvancedEventSelectors);
    expect(trail[1].FieldSelectors.map(({ Field }: { Field: string }) => Field)).toEqual(['eventCategory', 'resources.type', 'resources.ARN']);
    expect(trail[1].FieldSelectors[2]).toEqual({ Field: 'resources.ARN', NotStartsWith: [expect.anything()] });
  });

  test('what contradicts itself is refused', () => {
    expect(() => whole({}, { sseS3BucketNames: ['logs'] })).toThrow(/'sseS3BucketNames' are exceptions from 'approvedKeys'/);
    const stack = new Stack(new App(), 'Account');
    expect(() => { account(stack, { compliance: BaselineCompliance.leaveOut('x') }).watchAccount({ approvedKeys: [new RotatingS3Key(stack, 'Key')] }); })
      .toThrow(/'approvedKeys' are what the rules of AWS Config compare with/);
    expect(() => whole({ notify: [], alarms: BaselineAlarms.leaveOut('x') })).toThrow(/'keyAccess' tells its findings/);
    expect(() => whole({ auditTrail: BaselineAuditTrail.leaveOut('x') }, { dataEvents: true })).toThrow(/'dataEvents' are recorded by the trail of this construct/);
  });
});

describe('deployed elsewhere', () => {
  test('it leaves to a baseline what is about its bucket and its key alone', () => {
    const { stack, baseline } = made({ account: BaselineAccount.deployedElsewhere() });
    expect(counts(stack, 'AWS::CloudTrail::Trail', 'AWS::Logs::MetricFilter', 'AWS::AccessAnalyzer::Analyzer')).toEqual([0, 0, 0]);
    expect(baseline.alarms).toBeDefined();
    const id = stack.getLogicalId(baseline.bucket.node.defaultChild as never);
    const key = stack.getLogicalId(baseline.key!.node.defaultChild as never);
    for (const [name, { Properties }] of ofType(stack, 'AWS::Events::Rule')) {
      if (name.includes('Rules') && !name.includes('Ruless3account')) { // the public access block of the account is in one detection with that of buckets
        expect([name, new RegExp(`"${id}"|"${key}"`).test(JSON.stringify(Properties.EventPattern))]).toEqual([name, true]);
      }
    }
    expect(ofType(stack, 'AWS::Config::ConfigRule').map(([, { Properties }]) => Properties.Source.SourceIdentifier)).not.toContain('CLOUD_TRAIL_ENCRYPTION_ENABLED');
    expect(warningText(stack, 'cdk-s3-encryption:EncryptionBaseline.objectsNotRecorded')).toContain('dataEventsRecorded: true');
    const { stack: said } = made({ account: BaselineAccount.deployedElsewhere({ dataEventsRecorded: true }) });
    expect(warningIds(said)).toEqual([]); // one word of the user says it all
    expect(baseline.complianceMatrix.evidence.find(({ measure }) => measure === 'trail-encrypted')).toMatchObject({
      resources: [], missingBecause: 'the account baseline, which is deployed elsewhere, has it',
    });
  });
});

describe('is refused', () => {
  test('a second one in a stack, and one that comes late', () => {
    const stack = testStack();
    account(stack);
    expect(() => new EncryptionAccountBaseline(stack, 'Second', { notify: [MAIL], ...PARTS })).toThrow(/a stack must have one EncryptionAccountBaseline/);
    const { stack: late } = made();
    expect(() => new EncryptionAccountBaseline(late, 'Late', { notify: [MAIL], ...PARTS })).toThrow(/made before the baselines that share it/);
  });

  test('nobody to notify', () => {
    expect(() => account(testStack(), { notify: [] })).toThrow(/'notify' must name at least one/);
  });

  test.each([0, 1])('an account elsewhere beside what the stack has itself, in order %i', (order) => {
    const stack = testStack();
    const props = [{}, { account: BaselineAccount.deployedElsewhere() }];
    new S3EncryptionBaseline(stack, 'First', { notify: [MAIL], ...props[order] });
    expect(() => new S3EncryptionBaseline(stack, 'Second', { notify: [MAIL], ...props[1 - order] })).toThrow(/'account' must be the same for all baselines of a stack/);
  });

  test('one that nobody uses', () => {
    const stack = testStack();
    account(stack);
    expect(() => templateOf(stack)).toThrow(/no baseline uses this account baseline/);
  });

  test('but not one of which a part is not needed', () => {
    const stack = testStack();
    account(stack);
    new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL], compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.existing() }) });
    expect(() => templateOf(stack)).not.toThrow();
  });
});

test('a part that is left out of the account is left out of its baselines', () => {
  const stack = testStack();
  account(stack, { auditTrail: BaselineAuditTrail.leaveOut('the organization has one') });
  const baseline = new S3EncryptionBaseline(stack, 'Orders', { notify: [MAIL] });
  expect(baseline.auditTrail).toBeUndefined();
  expect(counts(stack, 'AWS::CloudTrail::Trail')).toEqual([0]);
  expect(warningText(stack, 'cdk-s3-encryption:EncryptionBaseline.leftOut.auditTrail')).toContain('the organization has one');
  expect(baseline.complianceMatrix.evidence.find(({ measure }) => measure === 'data-events')).toMatchObject({ missingBecause: 'the organization has one' });
});
