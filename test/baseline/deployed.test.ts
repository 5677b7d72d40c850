import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DescribeAlarmsCommand, CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand, GetBucketEncryptionCommand, GetBucketLoggingCommand, GetBucketPolicyCommand, GetBucketVersioningCommand, GetObjectCommand,
  GetPublicAccessBlockCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand,
} from '@aws-sdk/client-s3';
import { type aws_s3 as s3, Duration, type Stack } from 'aws-cdk-lib';
import { bothSides } from './as-in-template';
import { inlinePolicies, missingResources } from './every-resource';
import { app, define, OLD } from './two-baselines';
import { dataKeysAndLogs, lost } from './what-stays';
import type { DeployedStack } from '../../deployer/deployment';
import { JsonApi } from '../../deployer/json-api';
import { ROOT } from '../../emulator/service/identities';
import { BackfillWorld } from '../backfill/end-to-end-world';
import { ENV, type Deployed, LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(240_000);

let cloud: LocalCloud;
let api: JsonApi;
let made: Record<string, string>;
let deployed: Deployed;

beforeAll(async () => {
  cloud = await LocalCloud.start();
  api = new JsonApi(cloud.emulator.endpoint, ENV.region, ROOT);
  await cloud.s3().send(new CreateBucketCommand({ Bucket: OLD }));
  deployed = await cloud.deploy(define);
  made = deployed.outputs;
});
afterAll(async () => cloud?.stop());

const statementsOf = (text: string | undefined) => (JSON.parse(decodeURIComponent(text!)) as { Statement: Record<string, unknown>[] }).Statement;

const client = () => ({ endpoint: cloud.emulator.endpoint, region: ENV.region, credentials: ROOT });

describe('read back', () => {
  test.each(['orders', 'invoices'])('the bucket of %s is what a SecureBucket is', async (name) => {
    const Bucket = made[name]!;
    const store = cloud.s3();
    const { ServerSideEncryptionConfiguration: encryption } = await store.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(encryption?.Rules).toEqual([expect.objectContaining({
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: expect.stringMatching(/^arn:aws:kms:.*:key\//) },
      BucketKeyEnabled: true,
      BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
    })]);
    expect((await store.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    expect((await store.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled?.TargetBucket).toBe(made.logs);
    expect((await store.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration)
      .toEqual({ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
    expect((await store.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toContain('aws:SecureTransport');
  });

  test('the key rotates', async () => {
    expect((await cloud.kms().send(new GetKeyRotationStatusCommand({ KeyId: made.key! }))).KeyRotationEnabled).toBe(true);
  });

  test('its people do what they were let, and no more', async () => {
    const [reader, writer] = [cloud.s3(await cloud.roleCredentials(made.reader!)), cloud.s3(await cloud.roleCredentials(made.writer!))];
    const here = { Bucket: made.orders!, Key: 'orders/1' };
    await writer.send(new PutObjectCommand({ ...here, Body: 'one' }));
    expect(await (await reader.send(new GetObjectCommand(here))).Body!.transformToString()).toBe('one');
    await expect(writer.send(new GetObjectCommand(here))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(writer.send(new PutObjectCommand({ ...here, Key: 'other/1', Body: 'x' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(reader.send(new PutObjectCommand({ ...here, Body: 'x' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(writer.send(new PutObjectCommand({ ...here, Body: 'x', ServerSideEncryption: 'AES256' }))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('one trail records both buckets, and signs its files', async () => {
    const call = async (operation: string, body: object) => api.call('cloudtrail', `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`, body);
    const { trailList } = await call('DescribeTrails', {}) as { trailList: { TrailARN: string; LogFileValidationEnabled: boolean; KmsKeyId: string; IsMultiRegionTrail: boolean }[] };
    expect(trailList).toHaveLength(1);
    expect(trailList[0]).toMatchObject({ TrailARN: made.trail, LogFileValidationEnabled: true, IsMultiRegionTrail: true });
    const selectors = JSON.stringify(await call('GetEventSelectors', { TrailName: made.trail }));
    for (const bucket of [made.orders!, made.invoices!, OLD]) { expect(selectors).toContain(`arn:aws:s3:::${bucket}/`); }
  });

  test('every rule and every alarm tells the people', async () => {
    const events = new EventBridgeClient(client());
    const { Rules: rules = [] } = await events.send(new ListRulesCommand({ Limit: 100 }));
    expect(rules.length).toBeGreaterThan(20);
    for (const { Name: name, State: state } of rules) {
      const { Targets: targets } = await events.send(new ListTargetsByRuleCommand({ Rule: name! }));
      if (!JSON.stringify(targets).includes(made.topic!)) { expect([name, JSON.stringify(targets)]).toEqual([name, expect.stringContaining('function')]); }
      expect(state).toMatch(/^ENABLED/);
    }
    events.destroy();
    const alarms = new CloudWatchClient(client());
    const { MetricAlarms: found = [] } = await alarms.send(new DescribeAlarmsCommand({}));
    alarms.destroy();
    expect(found.length).toBeGreaterThan(8);
    for (const { AlarmActions: actions } of found) { expect(actions).toContain(made.topic); }
  });

  test('the rules of the alarms look at each bucket and at each key', async () => {
    const events = new EventBridgeClient(client());
    const { Rules: rules = [] } = await events.send(new ListRulesCommand({ Limit: 100 }));
    events.destroy();
    // A rule of one bucket alone has a hash of it in its name.
    const about = (id: string) => rules.filter(({ EventPattern: pattern }) => pattern?.includes(`"${id}"`))
      .map(({ Name: name }) => name!.replace(/-[0-9a-f]{8}$/, '')).sort();
    for (const id of [made.orders!, OLD, made.key!, made.oldKey!]) { expect([id, about(id).length > 5]).toEqual([id, true]); }
    // The second baseline of the stack is watched as the first one is.
    expect(about(made.invoices!)).toEqual(about(made.orders!));
    expect(about(made.invoicesKey!)).toEqual(about(made.key!));
  });

  test('the rules of AWS Config are there, and a recorder records', async () => {
    const config = async (operation: string) => api.call('config', `StarlingDoveService.${operation}`, {});
    const { ConfigRules: rules } = await config('DescribeConfigRules') as { ConfigRules: { Scope?: { ComplianceResourceId?: string } }[] };
    for (const name of [made.orders, made.invoices, OLD]) {
      expect(rules.filter(({ Scope }) => Scope?.ComplianceResourceId === name).length).toBeGreaterThan(3);
    }
    const { ConfigurationRecordersStatus: [status] } = await config('DescribeConfigurationRecorderStatus') as { ConfigurationRecordersStatus: { recording: boolean }[] };
    expect(status?.recording).toBe(true);
  });

  test('every resource is there, each by the API of its service', async () => {
    const [{ resources }] = deployed.deployment.stacks as [DeployedStack];
    const policies = await inlinePolicies(cloud, resources.filter(({ type }) => type === 'AWS::IAM::Role').map(({ physicalId }) => physicalId));
    expect(resources.length).toBeGreaterThan(200);
    expect(await missingResources(cloud, resources, policies)).toEqual([]);
    // It can fail.
    const gone = resources.map((one) => ({ ...one, physicalId: `${one.physicalId}-gone` }));
    const read = resources.filter(({ type }) => /^AWS::(S3|KMS|IAM|Lambda)::/.test(type));
    expect(await missingResources(cloud, gone, policies)).toHaveLength(read.length);
  });

  test('who may do what is what the template says, to the last statement', async () => {
    const { wanted, found } = await bothSides(cloud, deployed.deployment.stacks[0]!, deployed.template);
    expect(Object.keys(wanted).length).toBeGreaterThan(40);
    expect(found).toEqual(wanted);
  });

  test('nobody else is trusted, and nobody may do everything', async () => {
    const { Roles: roles = [] } = await cloud.iam().send(new ListRolesCommand({}));
    const every = deployed.deployment.stacks[0]!.resources.filter(({ type }) => type === 'AWS::IAM::Role').map(({ physicalId }) => physicalId);
    expect(roles.map(({ RoleName: name }) => name)).toEqual(expect.arrayContaining(every));
    expect(every.length).toBeGreaterThan(10);
    for (const { RoleName: name, AssumeRolePolicyDocument: trust } of roles) {
      // Neither `*` nor `{ AWS: * }`, nor in a list.
      expect([name, JSON.stringify(statementsOf(trust).map(({ Principal }) => Principal))]).toEqual([name, expect.not.stringContaining('"*"')]);
    }
    const policies = await inlinePolicies(cloud, roles.map(({ RoleName: name }) => name!));
    expect(policies.length).toBeGreaterThan(10);
    for (const text of policies) {
      const [name] = text.split(' ', 1) as [string];
      const allowed = statementsOf(text.slice(name.length + 1)).filter(({ Effect }) => Effect === 'Allow');
      expect([name, allowed.filter(({ Action, Resource }) => [Action].flat().includes('*') || Action === undefined || Resource === undefined)]).toEqual([name, []]);
    }
  });

  test('what the outputs claim is deployed', () => {
    const { deployment } = deployed;
    const [{ resources: all, stackName }] = deployment.stacks as [DeployedStack];
    const resources = new Set(all.map(({ logicalId }) => logicalId));
    const outputs = Object.entries(deployment.outputs(stackName)).filter(([name]) => name.startsWith('OrdersComplianceMatrix'));
    expect(outputs).toHaveLength(6);
    for (const [, value] of outputs) {
      const named = Object.values(JSON.parse(String(value)) as Record<string, { metBy: string[]; checkedBy?: string[] }>)
        .flatMap(({ metBy, checkedBy = [] }) => [...metBy, ...checkedBy]);
      expect(named.filter((id) => !resources.has(id))).toEqual([]);
      expect(named.length).toBeGreaterThan(0);
    }
  });
});

const door = async (method: string, path: string, body?: object) => {
  const answer = await fetch(`${cloud.emulator.endpoint}/_s3truth/${path}`, { method, body: body && JSON.stringify(body) });
  if (!answer.ok) { throw new Error(await answer.text()); }
  return answer.json() as Promise<Record<string, unknown>>;
};
const messages = async () => ((await door('GET', 'notifications')).notifications as { topicArn: string; message: string }[])
  .filter(({ topicArn }) => topicArn === made.topic).map(({ message }) => message);

test('an attack on the bucket reaches people', async () => {
  const { rules } = await door('POST', 'events', {
    'version': '0',
    'id': '1',
    'detail-type': 'AWS API Call via CloudTrail',
    'source': 'aws.s3',
    'account': ENV.account,
    'region': ENV.region,
    'time': '2026-11-30T10:00:00Z',
    'resources': [],
    'detail': {
      eventSource: 's3.amazonaws.com',
      eventName: 'DeleteBucketEncryption',
      awsRegion: ENV.region,
      userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${ENV.account}:user/eve` },
      requestParameters: { bucketName: made.orders },
    },
  });
  expect(rules).toHaveLength(1);
  expect((await messages()).filter((message) => message.includes(made.orders!) && message.includes('user/eve'))).toHaveLength(1);
});

describe('a bucket of before', () => {
  test('is brought under its key, and people hear of it', async () => {
    const world = new BackfillWorld(cloud);
    await world.put(OLD, 'a');
    await world.putUnencrypted(OLD, 'b');
    const plan = await world.plan(made.oldMachine!);
    expect(await world.confirmed(made.oldMachine!, plan.planId as string)).toMatchObject({ verified: true });
    for (const Key of ['a', 'b']) {
      expect(await cloud.s3().send(new HeadObjectCommand({ Bucket: OLD, Key }))).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: made.oldKey });
    }
    const heard = (await messages()).filter((message) => message.includes('backfill'));
    expect(heard).toHaveLength(1);
    expect(heard[0]).toContain('MEDIUM: encryption backfill finished and verified');
    expect(heard[0]).toContain(`Bucket: ${OLD}`);
  });
});

describe('deployed once more', () => {
  const again = (more?: Parameters<typeof app>[1]) => deployed.deployment.changes(app(deployed.deployment.stacks[0]!.stackName, more).synth());

  test('it changes nothing, and nothing where another process synthesizes it, elsewhere and in another time zone', () => {
    expect(again()).toEqual([]);
    const directory = mkdtempSync(join(tmpdir(), 'baseline-again-'));
    // Of this process it has neither the environment nor the folder, and it has loaded no test.
    execFileSync(process.execPath, ['--import', pathToFileURL(require.resolve('tsx')).href, '--no-warnings', join(__dirname, 'two-baselines.ts'), deployed.deployment.stacks[0]!.stackName, directory], {
      cwd: directory, env: { PATH: process.env.PATH, CDK_VALIDATION: 'false', TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', HOME: directory },
    });
    expect(deployed.deployment.changes(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test('with one prop more it changes what that is about', () => {
    const orders = (stack: Stack) => stack.node.findChild('Orders').node.findChild('Bucket') as s3.Bucket;
    let id = '';
    const changed = again((stack) => {
      orders(stack).addLifecycleRule({ prefix: 'x/', expiration: Duration.days(1) });
      id = stack.getLogicalId(orders(stack).node.defaultChild as s3.CfnBucket);
    });
    expect(changed).toEqual([`${deployed.deployment.stacks[0]!.stackName}/${id}`]);
  });
});

test('when the stack goes, every bucket, key and log group stays, but for the key of notifications', async () => {
  const [{ resources }] = deployed.deployment.stacks as [DeployedStack];
  const stateful = dataKeysAndLogs(resources);
  // Buckets of data, logs, the trail and reports; keys of each bucket and of the trail; logs of the trail, the checks and the backfills.
  const count = (type: string) => stateful.filter((one) => one.type === type).length;
  expect(['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'].map((type) => count(type) > 3)).toEqual([true, true, true]);
  const report = await deployed.deployment.destroy();
  expect(report.failed).toEqual([]);
  expect(await lost(cloud, resources, report)).toEqual([]);
  expect((await cloud.s3().send(new ListObjectsV2Command({ Bucket: made.orders! }))).KeyCount).toBe(1);
  expect(await (await cloud.s3().send(new GetObjectCommand({ Bucket: made.orders!, Key: 'orders/1' }))).Body!.transformToString()).toBe('one');
  await cloud.s3().send(new ListObjectsV2Command({ Bucket: OLD }));
  // It can fail: what is gone, and what nobody kept.
  expect(await lost(cloud, resources.map((one) => ({ ...one, physicalId: `${one.physicalId}-gone` })), report)).toHaveLength(stateful.length);
  expect(await lost(cloud, resources, { ...report, retained: [] })).toHaveLength(stateful.length);
});
