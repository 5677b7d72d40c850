import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { DescribeStateMachineCommand, paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import type { BackfillOptions } from './backfill-arguments';
import type { Io } from './io';
import { Machine } from './machine';
import { UsageError } from './usage';

/** What the definition of every EncryptionBackfillJob begins with. */
const COMMENT = 'Brings the objects of a bucket under a KMS key.';
const PATIENCE = { maxAttempts: 10, requestHandler: { requestTimeout: 30_000, throwOnRequestTimeout: true, connectionTimeout: 10_000 } };

/** The clients of the region that the key is in, where the bucket and its state machine have to be. */
export function machineClients({ stateMachine, target }: BackfillOptions, io: Io): { readonly sfn: SFNClient; readonly control: S3ControlClient } {
  const region = (stateMachine ?? target.keyArn).split(':')[3];
  const endpoint = (service: string): string | undefined => io.env[`AWS_ENDPOINT_URL_${service}`] ?? io.env.AWS_ENDPOINT_URL;
  return {
    sfn: new SFNClient({ ...PATIENCE, region, endpoint: endpoint('SFN') }),
    control: new S3ControlClient({ ...PATIENCE, region, endpoint: endpoint('S3_CONTROL') }),
  };
}

/** The machine that was named, or the only one that was deployed for the bucket. */
export async function findMachine({ stateMachine, where, target }: BackfillOptions, sfn: SFNClient, control: S3ControlClient): Promise<Machine> {
  if (stateMachine !== undefined) { return new Machine(stateMachine, sfn, control); }
  const found: string[] = [];
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {})) {
    for (const { stateMachineArn } of stateMachines) {
      const { definition } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
      if (isFor(where.bucket, definition)) { found.push(stateMachineArn ?? ''); }
    }
  }
  if (found.length === 1) { return new Machine(found[0], sfn, control); }
  const region = target.keyArn.split(':')[3];
  throw new UsageError(found.length === 0
    ? `there is no EncryptionBackfillJob for the bucket "${where.bucket}" in ${region}: deploy one, give the --state-machine of one that is elsewhere, or use --engine local`
    : `there are ${found.length} state machines for the bucket "${where.bucket}": give one of them as --state-machine:\n${found.join('\n')}`);
}

function isFor(bucket: string, definition = ''): boolean {
  let value: { Comment?: unknown };
  try {
    value = JSON.parse(definition) as typeof value;
  } catch {
    return false;
  }
  return typeof value.Comment === 'string' && value.Comment.startsWith(COMMENT) && JSON.stringify(value).includes(`"bucket":${JSON.stringify(bucket)}`);
}
