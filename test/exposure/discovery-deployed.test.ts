import { randomUUID } from 'node:crypto';
import { GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { aws_s3 as s3, type Stack } from 'aws-cdk-lib';
import { invoke } from '../../deployer/custom-resource/invoke';
import { JsonApi } from '../../deployer/json-api';
import { ROOT } from '../../emulator/service/identities';
import {
  AutomatedDiscovery, DiscoveryJob, EncryptionAlarms, MacieAllowList, MacieSession, Notify, SecureBucket, SensitiveDataDiscovery,
  type SensitiveDataDiscoveryProps,
} from '../../src';
import { ENV, LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(180_000);

interface Job {
  readonly jobId: string;
  readonly jobStatus: string;
  readonly name: string;
}

let cloud: LocalCloud;
let macie: (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;

beforeEach(async () => {
  cloud = await LocalCloud.start();
  const api = new JsonApi(cloud.emulator.endpoint, ENV.region, ROOT);
  macie = async (method, path, body) => api.rest('macie2', method, path, body);
});
afterEach(async () => cloud?.stop());

const jobs = async (): Promise<Job[]> => (await macie('POST', '/jobs/list', {})).items as Job[];

function discovery(stack: Stack, props: Partial<SensitiveDataDiscoveryProps> = {}): SensitiveDataDiscovery {
  const alarms = new EncryptionAlarms(stack, 'Alarms', { notify: [Notify.email('security@example.com')] });
  return new SensitiveDataDiscovery(stack, 'Discovery', { alarms, session: MacieSession.make(), ...props });
}

test('a job is made over the watched buckets, with a session and lists, and the key lets Macie read', async () => {
  const { outputs, deployment } = await cloud.deploy((stack) => {
    const data = new SecureBucket(stack, 'Data');
    discovery(stack, {
      job: DiscoveryJob.weekly({ prefixes: ['in/'], exceptExtensions: ['png', 'jpg'], samplingPercentage: 20 }),
      allowLists: [MacieAllowList.regex('test-[0-9]+', 'numbers of our own tests')],
      automatedDiscovery: AutomatedDiscovery.enable(),
    }).watch(data);
    return { data: data.bucketName, key: data.encryptionKey!.keyArn };
  });
  const [{ jobId }, ...more] = await jobs();
  expect(more).toEqual([]);
  const job = await macie('GET', `/jobs/${jobId}`);
  expect(job).toMatchObject({
    jobStatus: 'IDLE',
    jobType: 'SCHEDULED',
    initialRun: false,
    samplingPercentage: 20,
    scheduleFrequency: { weeklySchedule: { dayOfWeek: 'SUNDAY' } },
    s3JobDefinition: {
      bucketDefinitions: [{ accountId: ENV.account, buckets: [outputs.data] }],
      scoping: { includes: { and: [{ simpleScopeTerm: { key: 'OBJECT_KEY', comparator: 'STARTS_WITH', values: ['in/'] } }, {}, {}] } },
    },
  });
  const [list] = job.allowListIds as string[];
  expect(await macie('GET', `/allow-lists/${list}`)).toMatchObject({ criteria: { regex: 'test-[0-9]+' }, description: 'numbers of our own tests' });
  expect(await macie('GET', '/macie')).toMatchObject({ status: 'ENABLED' });
  expect(await macie('GET', '/automated-discovery/configuration')).toMatchObject({ status: 'ENABLED', autoEnableOrganizationMembers: 'NONE' });
  const { Policy } = await cloud.kms().send(new GetKeyPolicyCommand({ KeyId: outputs.key, PolicyName: 'default' }));
  expect(Policy).toContain('role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie');

  await deployment.destroy();
  expect((await jobs()).map(({ jobStatus }) => jobStatus)).toEqual(['CANCELLED']);
  expect(await macie('GET', '/macie')).toMatchObject({ status: 'ENABLED' });
  expect(await macie('GET', '/automated-discovery/configuration')).toMatchObject({ status: 'DISABLED' });
});

test('an update is another job and cancels the old, a rollback takes the old up again, and nothing else makes one', async () => {
  const { outputs } = await cloud.deploy((stack) => {
    const data = new SecureBucket(stack, 'Data');
    discovery(stack).watch(data);
    return { data: data.bucketName };
  });
  const [{ jobId: first, name }] = await jobs();
  const definition = cloud.lambda.host.list().find(({ arn }) => arn.includes('Macie'))!;
  const settings = (samplingPercentage: number) => JSON.stringify({
    jobType: 'ONE_TIME', samplingPercentage, s3JobDefinition: { bucketDefinitions: [{ accountId: ENV.account, buckets: [outputs.data] }] },
  });
  const ask = async (RequestType: string, PhysicalResourceId: string | undefined, percent: number) => invoke(cloud.lambda.host, definition, {
    RequestType,
    RequestId: randomUUID(),
    StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Stack/1',
    LogicalResourceId: 'Job',
    ResourceType: 'Custom::MacieClassificationJob',
    PhysicalResourceId,
    ResourceProperties: { JobName: 'Other', AccountId: ENV.account, Settings: settings(percent) },
  }, 60);
  const status = async () => Object.fromEntries((await jobs()).map(({ jobId, jobStatus }) => [jobId, jobStatus]));

  const { PhysicalResourceId: old } = await ask('Create', undefined, 10);
  expect(await ask('Update', old, 10)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: old });
  const { PhysicalResourceId: next } = await ask('Update', old, 20);
  expect(next).not.toBe(old);
  // A rollback.
  expect(await ask('Update', next, 10)).toMatchObject({ PhysicalResourceId: old });
  expect(await ask('Delete', next, 20)).toMatchObject({ Status: 'SUCCESS' });
  expect(await status()).toEqual({ [first]: 'RUNNING', [old!]: 'RUNNING', [next!]: 'CANCELLED' });
  expect(await ask('Delete', next, 20)).toMatchObject({ Status: 'SUCCESS' }); // once more
  expect(await ask('Update', old, 20)).toMatchObject({ PhysicalResourceId: expect.not.stringMatching(next!) });
  expect(name).toMatch(/^Cloud1-Discovery-.*-[0-9a-f]{16}$/);

  await macie('DELETE', '/macie');
  expect(await ask('Delete', old, 10)).toMatchObject({ Status: 'SUCCESS' });
});

test('without Macie the deployment fails, and says what to do', async () => {
  await expect(cloud.deploy((stack) => {
    discovery(stack, { session: MacieSession.existing() }).watch(new s3.Bucket(stack, 'Data'));
    return {};
  })).rejects.toThrow(/Macie is not enabled.*enable Macie in this account and region first/s);
});

test('nothing is made that could cost more than was allowed', async () => {
  await macie('POST', '/macie', {});
  const Bucket = 'large-in-this-test';
  await cloud.deploy((stack) => {
    new s3.Bucket(stack, 'Large', { bucketName: Bucket });
    return {};
  });
  await cloud.s3().send(new PutObjectCommand({ Bucket, Key: 'object', Body: Buffer.alloc(2 * 1024 * 1024) }));
  const deploy = async (maximumGigabytes: number) => cloud.deploy((stack) => {
    discovery(stack, { session: MacieSession.existing(), job: DiscoveryJob.once({ maximumGigabytes }) })
      .watch(s3.Bucket.fromBucketName(stack, 'Large', Bucket));
    return {};
  });
  await expect(deploy(0.001)).rejects.toThrow(/could inspect 1 GB.*'maximumGigabytes' of DiscoveryJob is 0.001: no job was made/s);
  expect(await jobs()).toEqual([]);
  // What comes out of a compressed file counts.
  await cloud.s3().send(new PutObjectCommand({ Bucket, Key: 'object.gz', Body: Buffer.alloc(3 * 1024 * 1024) }));
  await expect(deploy(0.01)).rejects.toThrow(/compressed files counted three times/);
  await deploy(0.011);
  expect(await jobs()).toMatchObject([{ jobStatus: 'RUNNING' }]);
});
