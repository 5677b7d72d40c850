import { App, Aspects, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AuditedEvents, EncryptionAlarms, EncryptionAuditTrail, type EncryptionAuditTrailProps, Notify, SecureBucket } from '../../src';
import { agnosticStack, appOf, IRELAND, OTHER_ACCOUNT, testStack } from '../helpers/stack';

function made(props: EncryptionAuditTrailProps = {}, watch: (trail: EncryptionAuditTrail, stack: Stack) => void = () => undefined) {
  const stack = testStack({ env: IRELAND });
  const trail = new EncryptionAuditTrail(stack, 'Audit', props);
  watch(trail, stack);
  return { stack, trail, template: Template.fromStack(stack) };
}
const bucketOf = (stack: Stack, name: string) => s3.Bucket.fromBucketName(stack, name, name);

describe('the trail', () => {
  test('is of all regions, with validated log files, encrypted, and writes to its bucket and log group', () => {
    made().template.hasResourceProperties('AWS::CloudTrail::Trail', {
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
      KMSKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('AuditKey'), 'Arn'] },
      S3BucketName: { Ref: Match.stringLikeRegexp('AuditBucket') },
      CloudWatchLogsLogGroupArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('AuditLogGroup'), 'Arn'] },
      CloudWatchLogsRoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('AuditLogsRole'), 'Arn'] },
    });
  });

  test('has every management event, and calls on the objects of the watched buckets', () => {
    const { template } = made({}, (trail, stack) => {
      const finance = bucketOf(stack, 'finance');
      trail.watch(finance);
      trail.watch(bucketOf(stack, 'orders'));
      trail.watch(finance);
    });
    const arn = (name: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${name}/`]] });
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      AdvancedEventSelectors: [
        { Name: Match.anyValue(), FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
        {
          Name: Match.anyValue(),
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
            { Field: 'resources.ARN', StartsWith: [arn('finance'), arn('orders')] },
          ],
        },
      ],
    });
  });

  test('has writes alone by choice', () => {
    made({ dataEvents: AuditedEvents.WRITES }, (trail, stack) => { trail.watch(bucketOf(stack, 'finance')); }).template.hasResourceProperties('AWS::CloudTrail::Trail', {
      AdvancedEventSelectors: Match.arrayWith([Match.objectLike({ FieldSelectors: Match.arrayWith([{ Field: 'readOnly', Equals: ['false'] }]) })]),
    });
  });

  test('comes after what CloudTrail tries when it is created: the policies of bucket, key and role', () => {
    const [{ DependsOn: before }] = Object.values(made().template.findResources('AWS::CloudTrail::Trail'));
    expect((before as string[]).map((id) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual(['AuditBucketPolicy', 'AuditLogsRoleDefaultPolicy']);
  });

  test('has a name that the policies know before it is there', () => {
    const { trail, template } = made();
    const [{ Properties: { TrailName: name } }] = Object.values(template.findResources('AWS::CloudTrail::Trail'));
    expect(trail.trailArn).toMatch(new RegExp(`:cloudtrail:eu-west-1:${IRELAND.account}:trail/${name as string}$`));
    expect(JSON.stringify(template.findResources('AWS::S3::BucketPolicy'))).toContain(`trail/${name as string}`);
    expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).toContain(`trail/${name as string}`);
  });

  test('is the only one that its role trusts CloudTrail for', () => {
    const { template, trail } = made({ trailName: 'audit' });
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': IRELAND.account,
              'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:cloudtrail:eu-west-1:${IRELAND.account}:trail/audit`]] },
            },
          },
        }],
      },
    });
    expect(trail.trailArn).toMatch(/trail\/audit$/);
  });

  test('may be of a stack whose account and region only the deployment knows', () => {
    const stack = agnosticStack();
    new EncryptionAuditTrail(stack, 'Audit').watch(new SecureBucket(stack, 'Data'));
    Template.fromStack(stack).resourceCountIs('AWS::CloudTrail::Trail', 1);
  });
});

describe('what it writes', () => {
  test('is kept: bucket, key and log group stay, by these logical ids', () => {
    const { template } = made();
    for (const [type, id] of [['AWS::S3::Bucket', /^AuditBucket[0-9A-F]{8}$/], ['AWS::KMS::Key', /^AuditKey[0-9A-F]{8}$/], ['AWS::Logs::LogGroup', /^AuditLogGroup[0-9A-F]{8}$/]] as const) {
      const found = Object.entries(template.findResources(type)).filter(([logicalId]) => id.test(logicalId));
      expect([type, found.map(([, { DeletionPolicy: policy }]) => policy as string)]).toEqual([type, ['Retain']]);
    }
  });

  test('is under its own key, in the log group for a year', () => {
    const { template } = made();
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365, KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('AuditKey'), 'Arn'] } });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [Match.stringLikeRegexp('AuditKey'), 'Arn'] } } })] },
    });
  });

  test('may be locked, expire, and be kept for another time in the log group', () => {
    const { template } = made({
      objectLockRetention: s3.ObjectLockRetention.compliance(Duration.days(365)),
      expireLogFilesAfter: Duration.days(3650),
      logGroupRetention: logs.RetentionDays.SIX_MONTHS,
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } } },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 3650, NoncurrentVersionExpiration: { NoncurrentDays: 30 } })]),
      },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 180 });
  });
});

describe('is refused, with the reason and the remedy', () => {
  test.each(['ab', '-audit', 'audit..trail', 'audit trail', 'x'.repeat(129), 'audit-', '192.168.5.4'])('the name %s', (trailName) => {
    expect(() => made({ trailName })).toThrow(/'trailName' must be 3 to 128 letters.*leave it out/);
  });

  test('the bucket of the trail itself', () => {
    expect(() => made({}, (trail) => { trail.watch(trail.bucket); })).toThrow(/'bucket' must not be the one that the trail writes to/);
  });

  test('a bucket of another account', () => {
    expect(() => made({}, (trail, stack) => { trail.watch(s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', account: OTHER_ACCOUNT })); }))
      .toThrow(new RegExp(`'bucket' must be of the account of the trail, '${IRELAND.account}', got one of '${OTHER_ACCOUNT}'`));
  });

  test('more buckets than a trail tells apart', () => {
    expect(() => made({}, (trail, stack) => { for (let n = 0; n < 491; n++) { trail.watch(bucketOf(stack, `bucket-${n}`)); } })).toThrow(/at most 490 buckets.*make a second/);
  });

  test.each<[string, (trail: EncryptionAuditTrail, stack: Stack) => s3.IBucket]>([
    ['by its name', (trail, stack) => s3.Bucket.fromBucketName(stack, 'Again', trail.bucket.bucketName)],
    ['by its ARN', (trail, stack) => s3.Bucket.fromBucketArn(stack, 'Again', trail.bucket.bucketArn)],
  ])('the bucket of the trail itself, imported %s', (_, again) => {
    expect(() => made({}, (trail, stack) => { trail.watch(again(trail, stack)); })).toThrow(/'bucket' must not be the one that the trail writes to/);
  });

  const MANAGEMENT = { field: 'eventCategory', equalTo: ['Management'] };
  const narrowed = (...fields: CfnTrail.AdvancedFieldSelectorProperty[]) => (trail: CfnTrail) => {
    trail.advancedEventSelectors = [{ fieldSelectors: [MANAGEMENT, ...fields] }];
  };

  test.each<[string, string, (trail: CfnTrail) => void]>([
    ['excluding KMS', 'it no longer has every management event', narrowed({ field: 'eventSource', notEquals: ['kms.amazonaws.com'] })],
    ['excluding KMS by a prefix', 'it no longer has every management event', narrowed({ field: 'eventSource', notStartsWith: ['kms.'] })],
    ['keeping another service only', 'it no longer has every management event', narrowed({ field: 'eventSource', equalTo: ['s3.amazonaws.com'] })],
    ['keeping writes only', 'it no longer has every management event', narrowed({ field: 'readOnly', equalTo: ['false'] })],
    ['dropping management events', 'it no longer has every management event', (trail) => {
      trail.advancedEventSelectors = [{ fieldSelectors: [{ field: 'eventCategory', equalTo: ['Data'] }] }];
    }],
    ['dropping data events', 'it no longer has the reads and writes', (trail) => { trail.advancedEventSelectors = [{ fieldSelectors: [MANAGEMENT] }]; }],
    ['adding basic selectors', 'it has basic event selectors', (trail) => { trail.eventSelectors = [{ includeManagementEvents: false }]; }],
    ['stopping it', 'it does not log', (trail) => { trail.isLogging = false; }],
    ['stopping it by an override', 'it does not log', (trail) => { trail.addPropertyOverride('IsLogging', false); }],
    ['excluding KMS by an override', 'it no longer has every management event', (trail) => {
      trail.addPropertyOverride('AdvancedEventSelectors.0.FieldSelectors.1', { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] });
    }],
    ['one region', 'it is not of all regions', (trail) => { trail.isMultiRegionTrail = false; }],
    ['no global events', 'it leaves out the events of IAM', (trail) => { trail.includeGlobalServiceEvents = false; }],
    ['no validation', 'its log files are not validated', (trail) => { trail.enableLogFileValidation = false; }],
    ['no key', 'it is not under its own key', (trail) => { trail.kmsKeyId = undefined; }],
    ['another bucket', 'it writes to another bucket', (trail) => { trail.s3BucketName = 'elsewhere'; }],
    ['no log group', 'it does not write to its log group', (trail) => { trail.cloudWatchLogsLogGroupArn = undefined; }],
    ['no role', 'it may not write to its log group', (trail) => { trail.cloudWatchLogsRoleArn = undefined; }],
  ])('a change afterwards: %s', (_, why, change) => {
    const stack = testStack();
    new EncryptionAuditTrail(stack, 'Audit').watch(bucketOf(stack, 'finance'));
    Aspects.of(stack).add({ visit: (node) => { if (node instanceof CfnTrail) { change(node); } } });
    expect(() => appOf(stack).synth()).toThrow(`the trail was changed after it was made, and ${why}`);
  });

  test('but no selector that adds to what is written down', () => {
    const stack = testStack();
    new EncryptionAuditTrail(stack, 'Audit').watch(bucketOf(stack, 'finance'));
    Aspects.of(stack).add({
      visit: (node) => {
        if (node instanceof CfnTrail) { node.addPropertyOverride('AdvancedEventSelectors.2', { FieldSelectors: [{ Field: 'eventCategory', Equals: ['NetworkActivity'] }] }); }
      },
    });
    expect(() => appOf(stack).synth()).not.toThrow();
  });
});

describe('buckets of two stacks of one class, which have the same logical ids', () => {
  const env = { account: '111122223333', region: 'eu-west-1' };
  const twins = () => {
    const app = new App();
    const buckets = ['Blue', 'Green'].map((id) => new SecureBucket(new Stack(app, id, { env }), 'Data'));
    return { buckets, stack: new Stack(app, 'Audits', { env }) };
  };

  test('are both audited', () => {
    const { buckets, stack } = twins();
    const trail = new EncryptionAuditTrail(stack, 'Audit');
    for (const bucket of [...buckets, ...buckets]) { trail.watch(bucket); }
    const [{ Properties: { AdvancedEventSelectors: selectors } }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudTrail::Trail'));
    const text = JSON.stringify(selectors);
    expect(text.match(/Fn::ImportValue":"(Blue|Green):/g)?.sort()).toEqual(['Fn::ImportValue":"Blue:', 'Fn::ImportValue":"Green:']);
  });

  test('are both watched, with their keys', () => {
    const { buckets, stack } = twins();
    const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
    for (const bucket of buckets) { alarms.watch(bucket); }
    const rules = JSON.stringify(Template.fromStack(stack).findResources('AWS::Events::Rule'));
    for (const name of ['Blue', 'Green']) {
      expect(rules).toMatch(new RegExp(`${name}:ExportsOutputRefData[0-9A-F]{8}[0-9A-F]{8}"`));
      expect(rules).toMatch(new RegExp(`${name}:ExportsOutputFnGetAttDataKey\\w+Arn`));
    }
  });

  test('the bucket of a trail in another stack is not taken for its own', () => {
    const { buckets: [bucket], stack } = twins();
    const trails = [bucket.stack, stack].map((scope) => new EncryptionAuditTrail(scope, 'Audit'));
    expect(() => trails[1].watch(trails[0].bucket)).not.toThrow();
    expect(() => trails[1].watch(trails[1].bucket)).toThrow(/must not be the one that the trail writes to/);
  });
});
