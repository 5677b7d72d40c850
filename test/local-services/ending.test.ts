import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { useMachines } from './machines';
import { readDefinition } from '../../emulator/step-functions/definition';
import { Execution, type ExecutionOptions } from '../../emulator/step-functions/execution';
import { loadInterpreter } from '../../emulator/step-functions/interpreter';

const local = useMachines();
const isGone = (pid: number) => { try { process.kill(pid, 0); return false; } catch { return true; } };

describe('the process of a function', () => {
  test('is ended when it took too long, and what it does then is nobody\'s answer', async () => {
    const fn = await local.addFunction('late', `
      exports.handler = (event) => event.wait ? new Promise((done) => setTimeout(() => done('late'), event.wait)) : new Promise((done) => setTimeout(() => done('own'), 600));`);
    const { host } = local.cloud.lambda;
    await host.invoke(fn, {});
    const [pid] = host.pids();
    expect((await host.invoke(fn, { wait: 700 }, 300)).functionError).toBe('Unhandled');
    expect(isGone(pid)).toBe(true);
    expect((await host.invoke(fn, {})).payload).toBe('"own"');
  });

  test('is ended when its function is removed while it runs', async () => {
    const fn = await local.addFunction('removed', 'exports.handler = () => new Promise((done) => setTimeout(() => done(process.pid), 300));');
    const { host } = local.cloud.lambda;
    const running = host.invoke(fn, {});
    await sleep(100);
    await host.remove(fn);
    const pid = Number((await running).payload);
    expect(isGone(pid)).toBe(true);
    await expect(host.invoke(fn, {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('is one of eight at most, and further invocations wait for their turn', async () => {
    const fn = await local.addFunction('crowd', 'exports.handler = () => new Promise((done) => setTimeout(() => done(process.pid), 100));');
    const answers = await Promise.all(Array.from({ length: 20 }, async () => local.cloud.lambda.host.invoke(fn, {})));
    expect(new Set(answers.map(({ payload }) => payload)).size).toBe(8);
  });

  test('ends with its parent, also in the middle of its work', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'orphan-'));
    writeFileSync(join(directory, 'index.js'), 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000));');
    const child = spawn(process.execPath, [join(__dirname, '../../emulator/lambda/runner.cjs'), directory, 'index.handler'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    await once(child, 'message');
    child.send({ id: 'x', event: {}, deadline: 0 });
    await sleep(100);
    child.disconnect();
    const ended = await Promise.race([once(child, 'exit'), sleep(5000, ['still there'], { ref: false })]);
    child.kill('SIGKILL');
    expect(ended).toEqual([0, null]);
  });
});

describe('an execution', () => {
  test('calls nothing once it was stopped, not even the state that it had just entered', async () => {
    const definition = readDefinition(JSON.stringify({ StartAt: 'T', States: { T: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:kms:listKeys', Parameters: {}, End: true } } }));
    let sessions = 0;
    const identities = { session: async () => { sessions += 1; throw new Error('no'); } };
    const start = () => new Execution({
      arn: 'arn:e', name: 'e', input: '{}', interpreter: loadInterpreter({ pace: () => 0 }), endpoints: { region: 'r' }, identities, machine: { arn: 'arn:m', name: 'm', roleArn: 'arn:r/r', definition },
    } as unknown as ExecutionOptions);
    const stopped = start();
    stopped.stop();
    await sleep(50);
    expect([stopped.status, sessions]).toEqual(['ABORTED', 0]);
    // It would have been called.
    const running = start();
    await running.ended;
    expect([running.status, sessions]).toEqual(['FAILED', 1]);
  });

  test('does not take a result above 256 KiB, even if the state keeps little of it', async () => {
    const fn = await local.addFunction('much', 'exports.handler = async () => "x".repeat(300_000);');
    const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: fn }, ResultSelector: { 'status.$': '$.StatusCode' } };
    const definition = { StartAt: 'T', States: { T: { ...task, End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] }, C: { Type: 'Pass', End: true } } };
    expect(await local.cloud.run(await local.machine('much', definition))).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});
