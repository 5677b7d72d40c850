import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Statement } from './local-cloud';
import { useMachines } from './machines';

const local = useMachines();
const ACCOUNT = '123456789012';

const BATCH = 'arn:aws:states:::aws-sdk:s3control';

/** Creates a job from the input, and asks for it until it has ended. */
const FOLLOW = {
  StartAt: 'Create',
  States: {
    Create: {
      Type: 'Task',
      Resource: `${BATCH}:createJob`,
      Parameters: {
        'AccountId': ACCOUNT,
        'ClientRequestToken.$': 'States.Hash(States.JsonToString($.operation), \'SHA-1\')',
        'ConfirmationRequired': false,
        'Priority': 10,
        'RoleArn.$': '$.role',
        'Operation.$': '$.operation',
        'Report': { Enabled: false },
        'ManifestGenerator': {
          S3JobManifestGenerator: {
            'SourceBucket.$': 'States.Format(\'arn:aws:s3:::{}\', $.bucket)', 'EnableManifestOutput': false, 'Filter': { MatchAnyObjectEncryption: [{ Sses3: {} }] },
          },
        },
      },
      ResultPath: '$.job',
      Next: 'Wait',
    },
    Wait: { Type: 'Wait', Seconds: 60, Next: 'Describe' },
    Describe: {
      Type: 'Task',
      Resource: `${BATCH}:describeJob`,
      Parameters: { 'AccountId': ACCOUNT, 'JobId.$': '$.job.JobId' },
      ResultSelector: { 'JobId.$': '$.Job.JobId', 'Status.$': '$.Job.Status', 'Progress.$': '$.Job.ProgressSummary' },
      ResultPath: '$.job',
      Next: 'Ended',
    },
    Ended: { Type: 'Choice', Choices: ['Complete', 'Failed', 'Cancelled'].map((Status) => ({ Variable: '$.job.Status', StringEquals: Status, Next: 'Done' })), Default: 'Wait' },
    Done: { Type: 'Succeed' },
  },
};

const allow = (Action: string, Resource = '*'): Statement => ({ Effect: 'Allow', Action, Resource });

async function bucketOf(Bucket: string, objects: number): Promise<void> {
  const s3 = local.cloud.s3();
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (let index = 0; index < objects; index += 1) await s3.send(new PutObjectCommand({ Bucket, Key: `in/a b+${index}`, Body: 'x' }));
}

describe('S3 Batch Operations, from a state machine', () => {
  test('bring objects under a key, by the names of Step Functions', async () => {
    await bucketOf('to-encrypt', 30);
    const { KeyMetadata: key } = await local.cloud.kms().send(new CreateKeyCommand({}));
    const role = await local.cloud.role('encrypting-job', 'batchoperations.s3.amazonaws.com', [allow('s3:*'), allow('kms:*')]);
    const statements = [allow('s3:CreateJob'), allow('s3:DescribeJob'), allow('iam:PassRole', role)];
    const operation = { S3UpdateObjectEncryption: { ObjectEncryption: { Ssekms: { KmsKeyArn: key!.Arn, BucketKeyEnabled: true } } } };
    const { status, output } = await local.cloud.run(await local.machine('encrypt', FOLLOW, statements), { bucket: 'to-encrypt', role, operation });
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output!).job).toMatchObject({ Status: 'Complete', Progress: { TotalNumberOfTasks: 30, NumberOfTasksSucceeded: 30, NumberOfTasksFailed: 0 } });
    expect(await local.cloud.s3().send(new HeadObjectCommand({ Bucket: 'to-encrypt', Key: 'in/a b+7' }))).toMatchObject({ SSEKMSKeyId: key!.Arn, BucketKeyEnabled: true });
  });

  test('need iam:PassRole of the machine', async () => {
    const role = await local.cloud.role('not-passed', 'batchoperations.s3.amazonaws.com');
    const operation = { S3DeleteObjectTagging: {} };
    await bucketOf('not-passed', 0);
    const machine = await local.machine('without-pass-role', FOLLOW, [allow('s3:CreateJob'), allow('s3:DescribeJob')]);
    expect(await local.cloud.run(machine, { bucket: 'not-passed', role, operation })).toMatchObject({
      status: 'FAILED', error: 'S3Control.S3ControlException', cause: expect.stringContaining('iam:PassRole'),
    });
  });

  test('call a function for each of 300 objects, on warm processes', async () => {
    await bucketOf('to-invoke', 300);
    const fn = await local.addFunction('each', `
      exports.handler = async (event) => ({
        invocationSchemaVersion: event.invocationSchemaVersion, treatMissingKeysAs: 'PermanentFailure', invocationId: event.invocationId,
        results: event.tasks.map(({ taskId, s3Key }) => ({ taskId, resultCode: s3Key.endsWith('7') ? 'PermanentFailure' : 'Succeeded', resultString: String(process.pid) })),
      });`);
    const role = await local.cloud.role('invoking-job', 'batchoperations.s3.amazonaws.com', [allow('s3:*'), allow('lambda:InvokeFunction', fn)]);
    const input = { bucket: 'to-invoke', role, operation: { LambdaInvoke: { FunctionArn: fn, InvocationSchemaVersion: '2.0' } } };
    const { status, output } = await local.cloud.run(await local.machine('invoke', FOLLOW), input);
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output!).job).toMatchObject({ Status: 'Complete', Progress: { NumberOfTasksSucceeded: 270, NumberOfTasksFailed: 30 } });
    expect(local.cloud.lambda.host.pids().length).toBeLessThanOrEqual(8);
    expect((await local.cloud.s3().send(new ListObjectsV2Command({ Bucket: 'to-invoke' }))).KeyCount).toBe(300);
  });
});
