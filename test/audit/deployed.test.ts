import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { JsonApi } from '../../deployer/json-api';
import { EncryptionAlarms, EncryptionAuditTrail, Notify, SecureBucket } from '../../src';
import { LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(120_000);

const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.';

let cloud: LocalCloud;
beforeAll(async () => { cloud = await LocalCloud.start(); });
afterAll(async () => cloud?.stop());

test('a trail, a watched bucket and its alarms deploy in one go, and are read back', async () => {
  const { outputs: made } = await cloud.deploy((stack) => {
    const data = new SecureBucket(stack, 'Data');
    const trail = new EncryptionAuditTrail(stack, 'Audit', { trailName: 'audit' });
    trail.watch(data);
    new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')], trailLogGroup: trail.logGroup }).watch(data);
    return { bucket: trail.bucket.bucketName, key: trail.encryptionKey.keyArn, data: data.bucketName, group: trail.logGroup.logGroupName };
  });
  const api = new JsonApi(cloud.emulator.endpoint, 'us-east-1', { accessKeyId: 'test', secretAccessKey: 'test' });
  const ask = async (operation: string, body: object) => api.call('cloudtrail', `${TARGET}${operation}`, body);

  expect((await ask('GetTrail', { Name: 'audit' })).Trail).toMatchObject({
    S3BucketName: made.bucket,
    KmsKeyId: made.key,
    IsMultiRegionTrail: true,
    LogFileValidationEnabled: true,
    IncludeGlobalServiceEvents: true,
    CloudWatchLogsLogGroupArn: expect.stringContaining(`:log-group:${made.group}`),
  });
  expect(await ask('GetTrailStatus', { Name: 'audit' })).toMatchObject({ IsLogging: true });
  expect((await ask('GetEventSelectors', { TrailName: 'audit' })).AdvancedEventSelectors).toEqual([
    expect.objectContaining({ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }),
    expect.objectContaining({
      FieldSelectors: [
        { Field: 'eventCategory', Equals: ['Data'] }, { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
        { Field: 'resources.ARN', StartsWith: [`arn:aws:s3:::${made.data}/`] },
      ],
    }),
  ]);
  const { metricFilters } = await api.call('logs', 'Logs_20140328.DescribeMetricFilters', { logGroupName: made.group }) as { metricFilters: unknown[] };
  expect(metricFilters).toHaveLength(9);
  expect((await cloud.kms().send(new DescribeKeyCommand({ KeyId: made.key }))).KeyMetadata?.KeyState).toBe('Enabled');

  const { Policy: keyPolicy } = await cloud.kms().send(new GetKeyPolicyCommand({ KeyId: made.key }));
  const { Statement: statements } = JSON.parse(keyPolicy ?? '') as { Statement: { Effect: string; Principal?: { Service?: string } }[] };
  const services = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Principal }) => Principal?.Service ?? []);
  expect(new Set(services)).toEqual(new Set(['cloudtrail.amazonaws.com', 'logs.us-east-1.amazonaws.com']));

  const { Policy: policy } = await cloud.s3().send(new GetBucketPolicyCommand({ Bucket: made.bucket }));
  expect(policy).toContain('DenyOtherWriters');
  await expect(cloud.s3().send(new PutObjectCommand({ Bucket: made.bucket, Key: 'AWSLogs/forged.json.gz', Body: 'x' }))).rejects.toThrow(/explicit deny/);

  const { queryDefinitions } = await api.call('logs', 'Logs_20140328.DescribeQueryDefinitions', { queryDefinitionNamePrefix: 'cdk-s3-encryption/audit/' });
  expect(queryDefinitions).toHaveLength(6);
  const { WorkGroup: group } = await api.call('athena', 'AmazonAthena.GetWorkGroup', { WorkGroup: 'audit' });
  expect(group).toMatchObject({
    Configuration: {
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 100 * 1024 ** 3,
      ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: made.key } },
    },
  });
  const { Table: table } = await api.call('glue', 'AWSGlue.GetTable', { DatabaseName: 'cloudtrail_audit', Name: 'events' });
  expect(table).toMatchObject({
    Parameters: { 'storage.location.template': `s3://${made.bucket}/AWSLogs/123456789012/CloudTrail/\${region}/\${day}` },
    StorageDescriptor: { Location: `s3://${made.bucket}/AWSLogs/123456789012/CloudTrail/` },
  });
});
