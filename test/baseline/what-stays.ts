import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { GetBucketEncryptionCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { DeployedResource, DestroyReport } from '../../deployer/deployment';
import { JsonApi } from '../../deployer/json-api';
import { ROOT } from '../../emulator/service/identities';
import { ENV, type LocalCloud } from '../local-services/local-cloud';

/** Of notifications: nothing that is kept is under it. */
const GOES = /AlarmsKey[0-9A-F]{8}$/;

/** Data, keys and logs of a deployment: what has to outlive its stacks. */
export function dataKeysAndLogs(resources: readonly DeployedResource[]): DeployedResource[] {
  return resources.filter(({ type, logicalId }) => ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'].includes(type) && !GOES.test(logicalId));
}

/** The ones of them that are gone after the stacks are: by the report, or by the API of their service. */
export async function lost(cloud: LocalCloud, resources: readonly DeployedResource[], { retained }: DestroyReport): Promise<string[]> {
  const logs = new JsonApi(cloud.emulator.endpoint, ENV.region, ROOT);
  const [s3, kms] = [cloud.s3(), cloud.kms()];
  const there: Record<string, (id: string) => Promise<boolean>> = {
    'AWS::S3::Bucket': async (Bucket) => {
      await s3.send(new ListObjectsV2Command({ Bucket }));
      return (await s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration !== undefined;
    },
    'AWS::KMS::Key': async (KeyId) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState === 'Enabled',
    'AWS::Logs::LogGroup': async (name) => {
      const { logGroups: groups } = await logs.call('logs', 'Logs_20140328.DescribeLogGroups', { logGroupNamePrefix: name });
      return (groups as { logGroupName: string }[]).some(({ logGroupName }) => logGroupName === name);
    },
  };
  const kept = new Set(retained.map(({ stackName, logicalId }) => `${stackName}/${logicalId}`));
  const gone = await Promise.all(dataKeysAndLogs(resources).map(async ({ stackName, logicalId, physicalId, type }) => {
    const name = `${stackName}/${logicalId}`;
    if (!kept.has(name)) return [`${name} is not retained`];
    return await there[type]!(physicalId).catch(() => false) ? [] : [`${name} is gone`];
  }));
  return gone.flat().sort();
}
