import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { App } from 'aws-cdk-lib';
import { ADMINISTRATOR, administrator, type Place } from './actors';
import { bucketFromBefore, KINDS, underWhat } from './before';
import type { Check } from './check';
import { progress } from './progress';
import { detail, say } from './talk';
import { deployAssembly } from '../deployer/deploy';
import { startLambda } from '../emulator/lambda/server';
import { startStepFunctions } from '../emulator/step-functions/server';
import { BackfillStack } from '../examples/backfill/stack';

const POLL_MILLISECONDS = 100;

/** What the state machine ends with; see docs/backfill.md. */
interface Ended {
  readonly planId: string;
  readonly objects: number;
  readonly rewritten: { readonly update: number; readonly copy: number; readonly multipartCopy: number };
  readonly exceptions: Readonly<Record<string, number>>;
  readonly cost: { readonly total: number };
  readonly verified?: boolean;
  readonly nothingWritten?: boolean;
  readonly leftVersions: number;
}

/** Deploys examples/backfill for a bucket with objects of every kind; plans, runs, verifies, and runs again. */
export async function proveBackfill(place: Place, account: string, work: string): Promise<Check[]> {
  const actor = administrator(place);
  const total = Object.values(KINDS).reduce((sum: number, count) => sum + count, 0);
  say(`Filling a bucket from before with ${total} objects of every kind`);
  const bar = progress('uploaded', total);
  const before = await bucketFromBefore(place, actor, () => bar.step());
  bar.end();

  const lambda = await startLambda({ ...place, account });
  const stepFunctions = await startStepFunctions({ ...place, account, lambda: lambda.endpoint });
  try {
    lambda.host.setEndpoint('SFN', stepFunctions.endpoint);
    await fetch(`${place.endpoint}/_s3truth/batch`, { method: 'PUT', body: JSON.stringify({ lambdaEndpoint: lambda.endpoint }) });

    say('Synthesizing and deploying examples/backfill');
    const app = new App({ outdir: join(work, 'backfill.out') });
    const stack = new BackfillStack(app, 'Backfill', { env: { account, region: place.region }, bucketName: before.bucket, oldKeyArn: before.oldKeyArn });
    const deployment = await deployAssembly(app.synth().directory, {
      ...place, account, credentials: ADMINISTRATOR, functions: lambda.host, stepFunctions: stepFunctions.endpoint,
    });
    const { StateMachineArn: machine, KeyArn: keyArn } = deployment.outputs(stack.stackName) as Record<string, string>;
    const sfn = new SFNClient({ endpoint: stepFunctions.endpoint, region: place.region, credentials: ADMINISTRATOR });
    try {
      return await planRunVerify(sfn, machine, async () => underWhat(actor, before.bucket), keyArn);
    } finally {
      sfn.destroy();
    }
  } finally {
    await stepFunctions.stop();
    await lambda.stop();
  }
}

async function planRunVerify(sfn: SFNClient, machine: string, look: () => ReturnType<typeof underWhat>, keyArn: string): Promise<Check[]> {
  const untouched = await look();
  say('Planning the backfill');
  const plan = await execute(sfn, machine, { mode: 'plan' });
  detail(`${plan.objects} objects: ${plan.rewritten.update} to update in place, ${plan.rewritten.copy} to copy; about ${plan.cost.total} USD`);
  const planned = await look();

  say('Running what was planned');
  const run = await execute(sfn, machine, { mode: 'run', confirm: plan.planId });
  detail(`${run.rewritten.update} updated in place, ${run.rewritten.copy} copied; left: ${JSON.stringify(run.exceptions)}`);
  const after = await look();

  say('Running again');
  const again = await execute(sfn, machine, { mode: 'run', confirm: (await execute(sfn, machine, { mode: 'plan' })).planId });
  const final = await look();

  const target = `aws:kms ${keyArn}`;
  const allUnder = (kind: string, count: number): Check => {
    const found = after.get(kind)?.get(target) ?? 0;
    return { promise: `backfill: ${count} objects "${kind}" are under the new key`, found: `${found} are`, ok: found === count };
  };
  const same = (kind: string): Check => {
    const ok = text(after.get(kind)) === text(untouched.get(kind));
    return { promise: `backfill: "${kind}" is reported and not touched`, found: ok ? 'as before' : text(after.get(kind)), ok };
  };
  return [
    { promise: 'backfill: a plan writes nothing', found: text(planned) === text(untouched) ? 'nothing' : 'something', ok: text(planned) === text(untouched) },
    ...(['sse-s3', 'old-key', 'unencrypted', 'dsse', 'archived-sse-s3', 'two-versions'] as const).map((kind) => allUnder(kind, KINDS[kind])),
    allUnder('two-versions, older version', KINDS['two-versions']),
    ...['sse-c', 'archived-unencrypted', 'locked'].map(same),
    { promise: 'backfill: the run is verified by counting again', found: String(run.verified), ok: run.verified === true },
    { promise: 'backfill: a second run writes nothing', found: again.nothingWritten === true ? 'nothing' : 'something', ok: again.nothingWritten === true && text(final) === text(after) },
  ];
}

async function execute(sfn: SFNClient, stateMachineArn: string, input: object): Promise<Ended> {
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  for (;;) {
    const { status, output, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') { return JSON.parse(output ?? '{}') as Ended; }
    if (status !== 'RUNNING') { throw new Error(`the state machine ended as ${status}: ${error} ${cause}`); }
    await sleep(POLL_MILLISECONDS);
  }
}

function text(map: Map<string, unknown> | undefined): string {
  return JSON.stringify([...map ?? []].map(([name, value]) => [name, value instanceof Map ? [...value].sort() : value]).sort());
}
