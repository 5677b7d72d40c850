import { App, Aspects, Stack, Validations } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Detection, DetectionChoice, EncryptionAlarms, type EncryptionAlarmsProps, EncryptionAuditTrail, Notify, SecureBucket } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';

keepReportsQuiet();

type Choices = Pick<EncryptionAlarmsProps, 'choices'>;

function alarmsOn(stack: Stack, trailLogGroup: logs.ILogGroup, ...buckets: s3.IBucket[]): EncryptionAlarms {
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')], trailLogGroup });
  buckets.forEach((bucket) => alarms.watch(bucket));
  return alarms;
}

/** What synthesis says about alarms on a trail that the CDK made. */
function said(
  trailProps: cloudtrail.TrailProps, also: (trail: cloudtrail.Trail, bucket: s3.Bucket) => void = () => {}, { choices }: Choices = {},
): { error?: string; warnings: string[] } {
  const app = new App();
  const stack = new Stack(app, 'Watching');
  const data = new SecureBucket(stack, 'Data');
  const trail = new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true, ...trailProps });
  also(trail, data);
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')], trailLogGroup: trail.logGroup, choices });
  alarms.watch(data);
  return outcome(stack);
}

function outcome(stack: Stack): { error?: string; warnings: string[] } {
  try {
    (stack.node.root as App).synth();
  } catch (error) {
    return { error: (error as Error).message, warnings: [] };
  }
  const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('EncryptionAlarms\\.(trail|objects)'));
  return { warnings: found.map(({ entry }) => String(entry.data)) };
}

const ALL = (trail: cloudtrail.Trail) => { trail.logAllS3DataEvents(); };
const raw = (trail: cloudtrail.Trail) => trail.node.defaultChild as cloudtrail.CfnTrail;
const advanced = (...fields: cloudtrail.CfnTrail.AdvancedFieldSelectorProperty[][]) => (trail: cloudtrail.Trail) => {
  raw(trail).eventSelectors = undefined;
  raw(trail).advancedEventSelectors = fields.map((fieldSelectors) => ({ fieldSelectors }));
};
const MANAGEMENT = { field: 'eventCategory', equalTo: ['Management'] };
const OBJECTS = [{ field: 'eventCategory', equalTo: ['Data'] }, { field: 'resources.type', equalTo: ['AWS::S3::Object'] }];

describe('a trail of the app that blinds the alarms fails at synthesis', () => {
  const events = (selector: cloudtrail.CfnTrail.EventSelectorProperty) => (trail: cloudtrail.Trail) => { raw(trail).eventSelectors = [selector]; };
  test.each<[string, (trail: cloudtrail.Trail) => void, RegExp]>([
    ['it does not log', (trail) => { raw(trail).isLogging = false; }, /Watching\/Trail.*does not log \(isLogging\)/],
    ['it excludes KMS', events({ excludeManagementEventSources: ['kms.amazonaws.com'] }), /leaves out the events of KMS/],
    ['it has no management events', events({ includeManagementEvents: false, dataResources: [{ type: 'AWS::S3::Object', values: ['arn:aws:s3'] }] }), /leaves out the events of KMS/],
    ['it only has reads', events({ readWriteType: 'ReadOnly' }), /leaves out the events of KMS/],
    ['it only has writes', events({ readWriteType: 'WriteOnly' }), /leaves out what only reads, every Decrypt among it.*decrypts-denied/],
    ['an advanced selector excludes KMS', advanced([MANAGEMENT, { field: 'eventSource', notEquals: ['kms.amazonaws.com'] }]), /leaves out the events of KMS/],
    ['advanced selectors want another service', advanced([MANAGEMENT, { field: 'eventSource', equalTo: ['rds.amazonaws.com'] }]), /leaves out the events of KMS/],
    ['an advanced selector leaves out what begins like KMS', advanced([MANAGEMENT, { field: 'eventSource', notStartsWith: ['kms.'] }]), /leaves out the events of KMS/],
    ['an advanced selector wants what begins otherwise', advanced([MANAGEMENT, { field: 'eventSource', startsWith: ['s3.'] }]), /leaves out the events of KMS/],
    ['an advanced selector leaves out what ends like KMS', advanced([MANAGEMENT, { field: 'eventSource', notEndsWith: ['ms.amazonaws.com'] }]), /leaves out the events of KMS/],
    ['an advanced selector leaves out the deletion of keys', advanced([MANAGEMENT, { field: 'eventName', notEquals: ['ScheduleKeyDeletion'] }]), /leaves out the events of KMS/],
    ['an advanced selector leaves out decrypts', advanced([MANAGEMENT, { field: 'eventName', notEquals: ['Decrypt'] }]), /leaves out what only reads/],
    ['an advanced selector wants writes', advanced([MANAGEMENT, { field: 'readOnly', equalTo: ['false'] }]), /leaves out what only reads/],
    ['advanced selectors want data', advanced(OBJECTS), /leaves out the events of KMS/],
    ['an aspect did it', (trail) => { Aspects.of(trail).add({ visit: (node) => { if (node instanceof cloudtrail.CfnTrail) { node.isLogging = false; } } }); }, /does not log/],
    ['an override did it', (trail) => { raw(trail).addPropertyOverride('IsLogging', false); }, /does not log/],
  ])('%s', (_, change, error) => { expect(said({}, change).error).toMatch(error); });

  test('the message says where, what, and what to do', () => {
    expect(said({ managementEvents: cloudtrail.ReadWriteType.WRITE_ONLY }).error).toMatch(new RegExp('the trail Watching/Trail/Resource, which writes to \'trailLogGroup\', leaves out what only reads.*'
      + 'select reads too, or turn these off with DetectionChoice\\.off\\(\\)', 's'));
  });

  test('a trail of writes is enough for who turned off what needs reads', () => {
    const choices = [Detection.DECRYPTS_DENIED, Detection.KEY_UNUSABLE, Detection.KEY_USED_DIRECTLY].map((detection) => DetectionChoice.off(detection, 'reads are too many'));
    expect(said({ managementEvents: cloudtrail.ReadWriteType.WRITE_ONLY }, ALL, { choices }).error).toBeUndefined();
  });
});

describe('a trail of the app that sees everything is left in peace', () => {
  test.each<[string, (trail: cloudtrail.Trail, bucket: s3.Bucket) => void]>([
    ['all buckets', ALL],
    ['this bucket', (trail, bucket) => { trail.addS3EventSelector([{ bucket }]); }],
    ['an exclusion beside a selector that has KMS', (trail) => { trail.logAllS3DataEvents({ excludeManagementEventSources: [cloudtrail.ManagementEventSources.KMS] }); trail.addEventSelector(cloudtrail.DataResourceType.LAMBDA_FUNCTION, ['arn:aws:lambda']); }],
    ['reads here and writes there', (trail) => {
      raw(trail).eventSelectors = [{ readWriteType: 'ReadOnly' }, { readWriteType: 'WriteOnly', dataResources: [{ type: 'AWS::S3::Object', values: ['arn:aws:s3'] }] }];
    }],
    ['advanced selectors', (trail, bucket) => { advanced([MANAGEMENT], [...OBJECTS, { field: 'resources.ARN', startsWith: [`${bucket.bucketArn}/`] }])(trail); }],
    ['advanced selectors of all objects', advanced([MANAGEMENT], OBJECTS)],
    ['advanced selectors of every object but those of another bucket', advanced([MANAGEMENT], [...OBJECTS, { field: 'resources.ARN', notStartsWith: ['arn:aws:s3:::logs/'] }])],
    ['an advanced selector that leaves out another service', advanced([MANAGEMENT, { field: 'eventSource', notEquals: ['rdsdata.amazonaws.com'] }], OBJECTS)],
    ['an advanced selector of the writes by name', advanced([MANAGEMENT],
      [...OBJECTS, { field: 'eventName', equalTo: ['CopyObject', 'CreateMultipartUpload', 'PutObject', 'UpdateObjectEncryption'] }])],
  ])('%s', (_, change) => { expect(said({}, change)).toEqual({ error: undefined, warnings: [] }); });

  test('our own', () => {
    const stack = new Stack(new App(), 'Watching');
    const data = new SecureBucket(stack, 'Data');
    const trail = new EncryptionAuditTrail(stack, 'Audit');
    trail.watch(data);
    alarmsOn(stack, trail.logGroup, data, trail.bucket);
    expect(outcome(stack)).toEqual({ warnings: [] });
  });

  test('also from another stack, for a bucket of another stack', () => {
    const app = new App();
    const env = { account: '111122223333', region: 'eu-west-1' };
    const data = new SecureBucket(new Stack(app, 'Data', { env }), 'Data');
    const trail = new EncryptionAuditTrail(new Stack(app, 'Trails', { env }), 'Audit');
    trail.watch(data);
    const stack = new Stack(app, 'Watching', { env });
    alarmsOn(stack, trail.logGroup, data);
    expect(outcome(stack)).toEqual({ warnings: [] });
  });

  test('of two trails on one log group one has to see', () => {
    expect(said({ managementEvents: cloudtrail.ReadWriteType.WRITE_ONLY }, (trail) => {
      const second = new cloudtrail.Trail(trail.stack, 'Second', { sendToCloudWatchLogs: true, cloudWatchLogGroup: trail.logGroup as logs.LogGroup });
      second.logAllS3DataEvents();
    })).toEqual({ error: undefined, warnings: [] });
  });
});

test('a trail of another stack that is good does not answer for one of the same logical id that is blind', () => {
  const app = new App();
  const env = { account: '111122223333', region: 'eu-west-1' };
  const [blind] = ['Blue', 'Green'].map((id) => new cloudtrail.Trail(new Stack(app, id, { env }), 'Trail', { sendToCloudWatchLogs: true }));
  raw(blind).isLogging = false;
  const stack = new Stack(app, 'Watching', { env });
  alarmsOn(stack, blind.logGroup as logs.ILogGroup, new SecureBucket(stack, 'Data'));
  expect(outcome(stack).error).toMatch(/the trail Blue\/Trail\/Resource.*does not log/);
});

describe('what a trail of the app does not see is a warning', () => {
  test.each<[string, (trail: cloudtrail.Trail, bucket: s3.Bucket) => void]>([
    ['no objects at all', () => {}],
    ['objects of another bucket', (trail) => { trail.addS3EventSelector([{ bucket: new s3.Bucket(trail, 'Other') }]); }],
    ['reads alone', (trail) => { trail.logAllS3DataEvents({ readWriteType: cloudtrail.ReadWriteType.READ_ONLY }); trail.addEventSelector(cloudtrail.DataResourceType.LAMBDA_FUNCTION, ['arn:aws:lambda']); }],
    ['every object but those of this bucket', (trail, bucket) => {
      advanced([MANAGEMENT], [...OBJECTS, { field: 'resources.ARN', notStartsWith: [`${bucket.bucketArn}/`] }])(trail);
    }],
    ['some calls', advanced([MANAGEMENT], [...OBJECTS, { field: 'eventName', equalTo: ['GetObject', 'PutObject'] }])],
    ['objects that end in a way', advanced([MANAGEMENT], [...OBJECTS, { field: 'resources.ARN', endsWith: ['.csv'] }])],
    ['some keys', (trail, bucket) => { trail.addS3EventSelector([{ bucket, objectPrefix: 'in/' }]); }],
  ])('%s', (_, change) => {
    expect(said({}, change).warnings).toEqual([expect.stringMatching(
      /has no writes of objects of Watching\/Data, so that .*objects-rekeyed, .*sse-c-uploads find nothing there: .*objectsNotAudited/s)]);
  });

  test('a watch() that was forgotten', () => {
    const stack = new Stack(new App(), 'Watching');
    const [one, two] = ['One', 'Two'].map((id) => new SecureBucket(stack, id));
    const trail = new EncryptionAuditTrail(stack, 'Audit');
    trail.watch(one);
    alarmsOn(stack, trail.logGroup, one, two);
    expect(outcome(stack).warnings).toEqual([expect.stringContaining('no writes of objects of Watching/Two, so that')]);
  });

  test('a bucket of another stack that has the logical id of one that is audited', () => {
    const app = new App();
    const env = { account: '111122223333', region: 'eu-west-1' };
    const [here, there] = ['Watching', 'Other'].map((id) => new SecureBucket(new Stack(app, id, { env }), 'Data'));
    const { stack } = here;
    const trail = new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true });
    trail.addS3EventSelector([{ bucket: here }]);
    alarmsOn(stack, trail.logGroup as logs.ILogGroup, here, there);
    expect(outcome(stack).warnings).toEqual([expect.stringContaining('no writes of objects of Other/Data, so that')]);
  });

  test('log files that nobody can validate', () => {
    expect(said({ enableFileValidation: false }, ALL).warnings).toEqual([expect.stringMatching(/does not validate its log files.*trailNotValidated/)]);
  });

  test('is asked for once, however often it is synthesized', () => {
    const stack = new Stack(new App(), 'Watching');
    alarmsOn(stack, new cloudtrail.Trail(stack, 'Trail', { sendToCloudWatchLogs: true }).logGroup as logs.ILogGroup, new SecureBucket(stack, 'Data'));
    outcome(stack);
    expect(outcome(stack).warnings).toHaveLength(1);
  });
});

describe('of a trail that is elsewhere', () => {
  const imported = (stack: Stack) => logs.LogGroup.fromLogGroupName(stack, 'LogGroup', '/aws/cloudtrail/organization');

  test('it is said that nothing was checked, and how to look', () => {
    const stack = new Stack(new App(), 'Watching');
    alarmsOn(stack, imported(stack), new SecureBucket(stack, 'Data'));
    const { warnings: [warning] } = outcome(stack);
    expect(warning).toMatch(/no trail of this app writes to the log group \/aws\/cloudtrail\/organization, so it was not checked.*get-trail-status.*get-event-selectors.*describe-trails.*trailNotChecked/s);
  });

  test('who looked acknowledges it', () => {
    const stack = new Stack(new App(), 'Watching');
    const alarms = alarmsOn(stack, imported(stack), new SecureBucket(stack, 'Data'));
    Validations.of(alarms).acknowledge({ id: 'cdk-s3-encryption:EncryptionAlarms.trailNotChecked', reason: 'looked at on 2026-11-25' });
    expect(outcome(stack)).toEqual({ warnings: [] });
  });
});
