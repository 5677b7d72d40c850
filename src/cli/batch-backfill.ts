import type { DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { BackfillOptions } from './backfill-arguments';
import { type BatchEnded, batchJson, batchLines } from './batch-output';
import { explained } from './explain';
import { findMachine, machineClients } from './find-machine';
import { follow } from './follow';
import type { Io } from './io';
import { NOBODY_TO_ASK } from './local-run';
import type { Machine, Running } from './machine';
import { machineOutput, type MachineOutput, refuseOther } from './machine-output';
import { objects } from './numbers';
import type { Talk } from './talk';
import { EXIT, Refusal, UsageError } from './usage';
import { exceptionsIn, rewrittenIn } from '../core/totals';

interface Batch {
  readonly options: BackfillOptions;
  readonly io: Io;
  readonly talk: Talk;
  readonly signal: AbortSignal;
  readonly machine: Machine;
}

type Type = BatchEnded['type'];

/** Lets the state machine of EncryptionBackfillJob do it, and watches. */
export async function batchBackfill(options: BackfillOptions, io: Io, talk: Talk, signal: AbortSignal): Promise<number> {
  const { sfn, control } = machineClients(options, io);
  try {
    const machine = await findMachine(options, sfn, control);
    if (options.stateMachine === undefined) { talk.note(`The state machine is ${machine.arn}`); }
    return await planAndRun({ options, io, talk, signal, machine });
  } catch (error) {
    const text = explained(error, { bucket: options.where.bucket, endpoint: options.stateMachine ?? 'AWS Step Functions', keyArn: options.target.keyArn });
    if (text === undefined) { throw error; }
    talk.error(text);
    return EXIT.failed;
  } finally {
    sfn.destroy();
    control.destroy();
  }
}

async function planAndRun(batch: Batch): Promise<number> {
  const { options, talk, machine } = batch;
  const running = await machine.running();
  if (running !== undefined) { talk.note(`Following the execution that is running already: ${running.executionArn}`); }
  if (running?.mode === 'run') { return followRun(batch, running); }

  const planning = running?.executionArn ?? await machine.start({ mode: 'plan' });
  const execution = await follow(machine, planning, { ...batch, json: options.json, doing: 'Planning', mode: 'plan' });
  const plan = planIn(batch, execution);
  if (execution?.status !== 'SUCCEEDED' || plan === undefined) { return ended(batch, planning, execution, 'plan'); }
  if (options.plan || rewrittenIn(plan.totals) === 0) { return ended(batch, planning, execution, 'plan'); }

  if (!await allowed(batch, plan)) {
    talk.note('Nothing was written.');
    return EXIT.failed;
  }
  const executionArn = await machine.start({ mode: 'run', confirm: plan.planId });
  return watchRun(batch, executionArn, rewrittenIn(plan.totals));
}

/** Somebody else has started it, or this command before it was interrupted. */
async function followRun(batch: Batch, { executionArn, planId }: Running): Promise<number> {
  if (batch.options.plan) { throw new Refusal('a run is on its way, and its bucket cannot be planned meanwhile: follow it with the same command without --plan'); }
  const plan = planId === undefined ? undefined : planIn(batch, await batch.machine.planNamed(planId));
  return watchRun(batch, executionArn, plan === undefined ? undefined : rewrittenIn(plan.totals));
}

async function watchRun(batch: Batch, executionArn: string, total: number | undefined): Promise<number> {
  const execution = await follow(batch.machine, executionArn, { ...batch, json: batch.options.json, doing: 'Re-encrypting', mode: 'run', total });
  return ended(batch, executionArn, execution, 'summary');
}

/** A plan for what the command was given, and for nothing else. */
function planIn({ options, talk }: Batch, execution: DescribeExecutionCommandOutput | undefined): MachineOutput | undefined {
  const plan = machineOutput(execution?.output);
  if (plan === undefined) { return undefined; }
  refuseOther(plan, options.where, options.target);
  plan.warnings.forEach((warning) => talk.warn(warning));
  return plan;
}

async function allowed({ options, machine, io, signal }: Batch, plan: MachineOutput): Promise<boolean> {
  if (options.yes) { return true; }
  if (io.ask === undefined || options.json) { throw new UsageError(NOBODY_TO_ASK); }
  io.stderr.write(`${batchLines({ output: plan, options, machine: machine.arn, type: 'plan' }).join('\n')}\n`);
  const answer = await io.ask(`Re-encrypt ${objects(rewrittenIn(plan.totals))} in ${options.where.bucket}? [y/N] `, signal);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}

/** Says what came of it, and gives back the exit code. */
function ended(batch: Batch, executionArn: string, execution: DescribeExecutionCommandOutput | undefined, type: Type): number {
  const { options, machine, io, talk } = batch;
  const output = machineOutput(execution?.output);
  const exitCode = exitCodeOf(execution, output, type === 'plan' && options.plan);
  if (options.json) { io.stdout.write(`${JSON.stringify(batchJson({ options, type, executionArn, execution, output, exitCode }))}\n`); }
  if (execution === undefined) {
    talk.note(`The execution goes on without this command, and the same command follows it. To stop it: aws stepfunctions stop-execution --execution-arn ${executionArn}`);
  } else if (execution.status !== 'SUCCEEDED') {
    talk.error(`the execution ${executionArn} ended with ${execution.status}: ${execution.error ?? ''} ${execution.cause ?? ''}`.trim());
  } else if (output === undefined) {
    talk.error(`the execution ${executionArn} ended with something that this version does not understand: is the state machine that of an EncryptionBackfillJob of the same version?`);
  } else if (!options.json) {
    io.stdout.write(`${batchLines({ output, options, machine: machine.arn, type }).join('\n')}\n`);
  }
  return exitCode;
}

/** Who asked for a plan has it; who asked for a run is told of what no run can do, also when there was nothing else to do. */
function exitCodeOf(execution: DescribeExecutionCommandOutput | undefined, output: MachineOutput | undefined, planAsked: boolean): number {
  if (execution?.status !== 'SUCCEEDED' || output === undefined) { return EXIT.failed; }
  const { totals } = output;
  return !planAsked && totals.failed + exceptionsIn(totals) > 0 ? EXIT.someFailed : EXIT.done;
}
