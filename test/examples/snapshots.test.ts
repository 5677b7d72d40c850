import '@aws-cdk/assert/jest';
import { readdirSync } from 'fs';
import { join } from 'path';
import { SynthUtils } from '@aws-cdk/assert';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PlatformStack, ShopStack } from '../../examples/account-baseline/stack';
import { AlarmsStack } from '../../examples/alarms/stack';
import { AuditTrailStack } from '../../examples/audit-trail/stack';
import { BackfillStack } from '../../examples/backfill/stack';
import { BaselineStack } from '../../examples/baseline/stack';
import { ComplianceStack } from '../../examples/compliance/stack';
import { ConsumersStack } from '../../examples/consumers/stack';
import { CrossAccountStack } from '../../examples/cross-account/stack';
import { DataLakeStack } from '../../examples/data-lake/stack';
import { DemoStack } from '../../examples/demo/stack';
import { FirstBucketStack } from '../../examples/first-bucket/stack';
import { GuardrailsStack } from '../../examples/guardrails/stack';
import { ObjectReportStack } from '../../examples/object-report/stack';
import { OriginalStack, ReplicaStack } from '../../examples/replication/stack';
import { SensitiveDataStack } from '../../examples/sensitive-data/stack';
import { ShortLivedStack } from '../../examples/short-lived/stack';
import { warningIds } from '../helpers/template';

// To update after a deliberate change: npx jest --ci=false -u test/examples

const account = '111111111111';
const env = { account, region: 'eu-west-1' };

function replication(app: App): ReplicaStack {
  return new ReplicaStack(app, 'Replica', { env: { account, region: 'eu-central-1' }, crossRegionReferences: true });
}

function shops(app: App) {
  const platform = new PlatformStack(app, 'Platform', { env });
  return { platform, shop: new ShopStack(app, 'Shop', { env, platform }) };
}

/** Each example as its folder, and each of its stacks as the app makes it. */
const EXAMPLES: [folder: string, stack: string, make: (app: App) => Stack][] = [
  ['account-baseline', 'Platform', (app) => shops(app).platform],
  ['account-baseline', 'Shop', (app) => shops(app).shop],
  ['baseline', 'Baseline', (app) => new BaselineStack(app, 'Baseline')],
  ['first-bucket', 'FirstBucket', (app) => new FirstBucketStack(app, 'FirstBucket')],
  ['data-lake', 'DataLake', (app) => new DataLakeStack(app, 'DataLake')],
  ['cross-account', 'CrossAccount', (app) => new CrossAccountStack(app, 'CrossAccount', {
    env, partnerRoleArn: 'arn:aws:iam::222222222222:role/reader',
  })],
  ['replication', 'Replica', (app) => {
    const replica = replication(app);
    new OriginalStack(app, 'Original', { env, crossRegionReferences: true, replica });
    return replica;
  }],
  ['replication', 'Original', (app) => new OriginalStack(app, 'Original', { env, crossRegionReferences: true, replica: replication(app) })],
  ['consumers', 'Consumers', (app) => new ConsumersStack(app, 'Consumers')],
  ['short-lived', 'ShortLived', (app) => new ShortLivedStack(app, 'ShortLived')],
  ['backfill', 'Backfill', (app) => new BackfillStack(app, 'Backfill', {
    env, bucketName: 'orders-from-before', oldKeyArn: `arn:aws:kms:eu-west-1:${account}:key/11111111-2222-3333-4444-555555555555`,
  })],
  ['alarms', 'Alarms', (app) => new AlarmsStack(app, 'Alarms', { env, trailLogGroupName: 'organization-trail' })],
  ['audit-trail', 'AuditTrail', (app) => new AuditTrailStack(app, 'AuditTrail', { env })],
  ['compliance', 'Compliance', (app) => new ComplianceStack(app, 'Compliance', { env })],
  ['object-report', 'ObjectReport', (app) => new ObjectReportStack(app, 'ObjectReport', { env, trailLogGroupName: 'organization-trail' })],
  ['guardrails', 'Guardrails', (app) => new GuardrailsStack(app, 'Guardrails', { env })],
  ['sensitive-data', 'SensitiveData', (app) => new SensitiveDataStack(app, 'SensitiveData', { env })],
  ['demo', 'Demo', (app) => new DemoStack(app, 'Demo')],
];

/** Hashes of assets change with every release of the CDK, and say nothing about the example. */
function withoutAssetHashes(template: object): object {
  return JSON.parse(JSON.stringify(template).replace(/\b[0-9a-f]{64}\b/g, 'ASSET_HASH')
    .replace(/(CurrentVersion\w{8})[0-9a-f]{32}/g, '$1VERSION_HASH')) as object;
}

test('every example has a snapshot', () => {
  const folders = readdirSync(join(__dirname, '../../examples'), { withFileTypes: true });
  expect([...new Set(EXAMPLES.map(([folder]) => folder))].sort())
    .toEqual(folders.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort());
});

describe.each(EXAMPLES)('examples/%s, stack %s', (_, __, make) => {
  test('gives the template of the snapshot', () => {
    expect(withoutAssetHashes(SynthUtils.toCloudFormation(make(new App())) as object)).toMatchSnapshot();
  });

  test('can be deployed: no resource waits for itself', () => {
    expect(() => Template.fromStack(make(new App()))).not.toThrow();
  });

  test('gives the same bytes when it is synthesized twice', () => {
    const bytes = () => JSON.stringify(SynthUtils.toCloudFormation(make(new App())));
    expect(bytes()).toBe(bytes());
  });

  test('leaves no warning of this library unacknowledged', () => {
    const app = new App();
    const stack = make(app);
    app.synth(); // some are found when everything is known
    expect(warningIds(stack)).toEqual([]);
  });
});

// The bucket of the backfill is somebody else's, and guardrails have none.
describe.each(EXAMPLES.filter(([folder]) => !['backfill', 'guardrails'].includes(folder)))('examples/%s, stack %s', (_, __, make) => {
  test('is what its reader came for: buckets under a key, and logs under SSE-S3', () => {
    const stack = make(new App());
    const { Resources } = SynthUtils.subset(stack, { resourceTypes: ['AWS::S3::Bucket'] }) as { Resources: object };
    expect(stack).toCountResources('AWS::S3::BucketPolicy', Object.keys(Resources).length);
    expect(stack).toHaveResource('AWS::KMS::Key', { EnableKeyRotation: true });
    expect(stack).toHaveResourceLike('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' }, BucketKeyEnabled: true }] },
    });
    expect(stack).toHaveResourceLike('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
  });
});

test('examples/backfill brings a bucket under a key, and starts nothing by itself', () => {
  const stack = EXAMPLES.find(([folder]) => folder === 'backfill')![2](new App());
  expect(stack).toCountResources('AWS::StepFunctions::StateMachine', 1);
  expect(stack).toCountResources('AWS::Events::Rule', 0);
  expect(stack).toHaveResource('AWS::KMS::Key', { EnableKeyRotation: true });
});
