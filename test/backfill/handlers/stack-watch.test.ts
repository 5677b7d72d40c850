import { ListJobsCommand, UpdateJobStatusCommand } from '@aws-sdk/client-s3-control';
import { ListExecutionsCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { end, start, type WatchProperties, type WatchServices } from '../../../src/runtime/stack-watch';

const PROPERTIES: WatchProperties = { StateMachineArn: 'machine', AccountId: '111122223333', Configuration: 'abc123', JobDescription: 'Backfill of data', Input: '{"mode":"plan"}' };
const named = (name: string, message = name) => Object.assign(new Error(message), { name });

interface FakeJob { readonly JobId: string; readonly Description: string; readonly refuses?: Error }

/** Both services, with two pages of everything, and what was sent to them. */
function services(jobs: FakeJob[], running: string[] = [], failure?: Error) {
  const sent: unknown[] = [];
  const page = <T>(all: T[], token: string | undefined) => (token === undefined ? { items: all.slice(0, 1), next: all.length > 1 ? 'more' : undefined } : { items: all.slice(1), next: undefined });
  const send = async (command: unknown) => {
    sent.push(command);
    if (failure !== undefined) { throw failure; }
    if (command instanceof ListExecutionsCommand) {
      const { items, next } = page(running, command.input.nextToken);
      return { executions: items.map((executionArn) => ({ executionArn })), nextToken: next };
    }
    if (command instanceof ListJobsCommand) {
      const { items, next } = page(jobs, command.input.NextToken);
      return { Jobs: items, NextToken: next };
    }
    if (command instanceof UpdateJobStatusCommand) {
      const refuses = jobs.find(({ JobId }) => JobId === command.input.JobId)?.refuses;
      if (refuses !== undefined) { throw refuses; }
    }
    return { executionArn: 'execution' };
  };
  const fake = { sfn: { send }, control: { send }, log: () => undefined } as unknown as WatchServices;
  const of = <T>(type: new (...args: never[]) => T) => sent.filter((command): command is T => command instanceof type);
  return { fake, of };
}

describe('a deployment', () => {
  test('starts one execution, named after the configuration', async () => {
    const { fake, of } = services([]);
    expect(await start(PROPERTIES, fake)).toBe('started deploy-abc123');
    expect(of(StartExecutionCommand).map(({ input }) => input)).toEqual([{ stateMachineArn: 'machine', name: 'deploy-abc123', input: '{"mode":"plan"}' }]);
  });

  test('of a configuration that was started before starts nothing, and succeeds', async () => {
    expect(await start(PROPERTIES, services([], [], named('ExecutionAlreadyExists')).fake)).toBe('deploy-abc123 was started before');
  });

  test('without an input starts nothing', async () => {
    const { fake, of } = services([]);
    await start({ ...PROPERTIES, Input: undefined }, fake);
    expect(of(StartExecutionCommand)).toEqual([]);
  });

  test('fails with every other error', async () => {
    await expect(start(PROPERTIES, services([], [], named('AccessDeniedException')).fake)).rejects.toThrow('AccessDeniedException');
  });
});

describe('the deletion of the stack', () => {
  test('stops what runs, and cancels the jobs of this backfill on every page, and no other', async () => {
    const { fake, of } = services([
      { JobId: 'ours-1', Description: 'Backfill of data, sse-s3' }, { JobId: 'theirs', Description: 'another job' }, { JobId: 'ours-2', Description: 'Backfill of data, kms' },
    ], ['run-1', 'run-2']);
    expect(await end(PROPERTIES, fake)).toBe('stopped 2 executions and cancelled 2 jobs');
    expect(of(StopExecutionCommand).map(({ input }) => input.executionArn)).toEqual(['run-1', 'run-2']);
    expect(of(UpdateJobStatusCommand).map(({ input }) => [input.JobId, input.RequestedJobStatus])).toEqual([['ours-1', 'Cancelled'], ['ours-2', 'Cancelled']]);
    expect(of(ListJobsCommand)[0].input.JobStatuses).toEqual(expect.arrayContaining(['Suspended', 'Active', 'Ready', 'Paused', 'New', 'Preparing']));
  });

  test('does not mind a job that has ended meanwhile', async () => {
    const { fake } = services([{ JobId: 'ours', Description: 'Backfill of data', refuses: named('JobStatusException') }]);
    expect(await end(PROPERTIES, fake)).toContain('cancelled 0 jobs');
  });

  test('fails by name when a job cannot be cancelled, after all others were', async () => {
    const { fake, of } = services([
      { JobId: 'stuck', Description: 'Backfill of data', refuses: named('AccessDenied', 'no s3:UpdateJobStatus') }, { JobId: 'ours', Description: 'Backfill of data' },
    ]);
    await expect(end(PROPERTIES, fake)).rejects.toThrow(/could not be cancelled, and go on: stuck \(AccessDenied: no s3:UpdateJobStatus\)/);
    expect(of(UpdateJobStatusCommand)).toHaveLength(2);
  });
});
