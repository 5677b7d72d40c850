import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { App, Stack } from 'aws-cdk-lib';
import { dataKeysAndLogs, lost } from './what-stays';
import { deployAssembly, type Deployment } from '../../deployer/deploy';
import { JsonApi } from '../../deployer/json-api';
import { ROOT } from '../../emulator/service/identities';
import { BaselineAccount, BaselineCompliance, ComplianceRecorder, EncryptionAccountBaseline, Notify, S3EncryptionBaseline } from '../../src';
import { ENV, LocalCloud } from '../local-services/local-cloud';

jest.setTimeout(240_000);

const notify = [Notify.email('security@example.com')];

let cloud: LocalCloud;
afterEach(async () => cloud?.stop());

async function deploy(define: (app: App) => void): Promise<Deployment> {
  cloud = await LocalCloud.start();
  const synthesize = () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'baseline-stacks-')) });
    define(app);
    return app.synth().directory;
  };
  const deployment = await deployAssembly(synthesize(), {
    endpoint: cloud.emulator.endpoint, ...ENV, credentials: ROOT, functions: cloud.lambda.host, stepFunctions: cloud.stepFunctions.endpoint,
  });
  // Deployed once more, nothing changes.
  expect(deployment.changes(synthesize())).toEqual([]);
  return deployment;
}

/** Takes the stacks away, and asks for the data, keys and logs of each. */
async function expectWhatStays(deployment: Deployment): Promise<void> {
  for (const { resources } of deployment.stacks) { expect(dataKeysAndLogs(resources).length).toBeGreaterThan(2); }
  const report = await deployment.destroy();
  expect(report.failed).toEqual([]);
  expect(await lost(cloud, deployment.stacks.flatMap(({ resources }) => resources), report)).toEqual([]);
}

async function trails(): Promise<string[]> {
  const api = new JsonApi(cloud.emulator.endpoint, ENV.region, ROOT);
  const call = async (operation: string, body: object) => api.call('cloudtrail', `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`, body);
  const { trailList } = await call('DescribeTrails', {}) as { trailList: { Name: string }[] };
  return Promise.all(trailList.map(async ({ Name: name }) => JSON.stringify(await call('GetEventSelectors', { TrailName: name }))));
}

test('an account baseline in a stack of its own watches the buckets of two others, and goes before them', async () => {
  const deployment = await deploy((app) => {
    const platform = new Stack(app, 'Platform', { env: ENV });
    const account = new EncryptionAccountBaseline(platform, 'EncryptionAccountBaseline', {
      notify, compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.make() }),
    });
    for (const id of ['Shop', 'Billing']) {
      new S3EncryptionBaseline(new Stack(app, id, { env: ENV }), 'Data', { notify, account: BaselineAccount.use(account), bucketProps: { bucketName: `data-of-${id.toLowerCase()}` } });
    }
  });
  expect(deployment.stacks.map(({ stackName }) => stackName).at(-1)).toBe('Platform');
  const found = await trails();
  expect(found).toHaveLength(1);
  const events = new EventBridgeClient({ endpoint: cloud.emulator.endpoint, region: ENV.region, credentials: ROOT });
  const { Rules: rules = [] } = await events.send(new ListRulesCommand({ Limit: 100 }));
  events.destroy();
  for (const bucket of ['data-of-shop', 'data-of-billing']) {
    expect(found[0]).toContain(`arn:aws:s3:::${bucket}/`);
    expect(rules.filter(({ EventPattern: pattern }) => pattern?.includes(`"${bucket}"`)).length).toBeGreaterThan(5);
  }
  await expectWhatStays(deployment);
});

test('two stacks that know nothing of each other each have a trail for their own bucket', async () => {
  const deployment = await deploy((app) => {
    for (const id of ['Shop', 'Billing']) {
      new S3EncryptionBaseline(new Stack(app, id, { env: ENV }), 'Data', {
        notify,
        bucketProps: { bucketName: `data-of-${id.toLowerCase()}` },
        // An account has one recorder: the first stack makes it, the second finds it there.
        ...id === 'Shop' ? { compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.make() }) } : {},
      });
    }
  });
  const found = await trails();
  expect(found).toHaveLength(2);
  expect(found.filter((selectors) => selectors.includes('data-of-shop/'))).toHaveLength(1);
  expect(found.filter((selectors) => selectors.includes('data-of-billing/'))).toHaveLength(1);
  const api = new JsonApi(cloud.emulator.endpoint, ENV.region, ROOT);
  const { ConfigRules: rules } = await api.call('config', 'StarlingDoveService.DescribeConfigRules', {}) as { ConfigRules: { Scope?: { ComplianceResourceId?: string } }[] };
  for (const bucket of ['data-of-shop', 'data-of-billing']) {
    expect(rules.filter(({ Scope }) => Scope?.ComplianceResourceId === bucket).length).toBeGreaterThan(3);
  }
  await expectWhatStays(deployment);
});
