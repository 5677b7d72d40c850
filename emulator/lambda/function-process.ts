import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { failure, type FunctionDefinition, type Outcome } from './function-definition';

/** The last characters of what a function printed, for the message of an error. */
const OUTPUT_TAIL = 2000;

type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error' | 'initError'; readonly errorType: string; readonly errorMessage: string; readonly trace?: string[] };

/** One Node process that runs one function, one event after the other, as an execution environment of Lambda does. */
export class FunctionProcess {
  /** What it printed last, on both streams. */
  public output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  private readonly ready: Promise<Outcome | undefined>;
  private settle?: (message: Message) => void;

  constructor(definition: FunctionDefinition, private readonly version: string, env: NodeJS.ProcessEnv, preload: readonly string[]) {
    this.child = spawn(
      process.execPath,
      [...preload.flatMap((file) => ['--require', file]), `--max-old-space-size=${definition.memoryMegabytes}`,
        join(__dirname, 'runner.cjs'), definition.directory, definition.handler],
      { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => { this.output = (this.output + chunk.toString('utf8')).slice(-OUTPUT_TAIL); });
    }
    // `close` and not `exit`: by then its last words have been read.
    this.ended = new Promise((done, failed) => this.child.once('error', failed).once('close', done));
    this.ended.catch(() => undefined);
    this.child.on('message', (message: Message) => this.settle?.(message));
    this.ready = this.answer().then((message) => message.kind === 'ready' ? undefined : toOutcome(message));
  }

  /** The process id, while it runs. */
  public get pid(): number | undefined {
    return this.alive ? this.child.pid : undefined;
  }

  public get alive(): boolean {
    return this.child.connected && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Runs the handler with one event. A process that takes too long is killed, as Lambda does. */
  public async invoke(event: unknown, functionArn: string, timeoutMilliseconds: number): Promise<Outcome> {
    const failed = await this.ready;
    if (failed !== undefined) {
      await this.stop();
      return failed;
    }
    const id = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Outcome>((resolve) => {
      timer = setTimeout(() => resolve(failure('Sandbox.Timedout', `RequestId: ${id} Error: Task timed out after ${(timeoutMilliseconds / 1000).toFixed(2)} seconds`)),
        timeoutMilliseconds);
    });
    const answered = this.answer(id).then(toOutcome);
    this.child.send({ id, event, deadline: Date.now() + timeoutMilliseconds, functionArn, version: this.version }, () => undefined);
    const outcome = await Promise.race([answered, late]);
    clearTimeout(timer);
    if (outcome === await Promise.race([late, undefined])) await this.stop();
    return outcome;
  }

  /** Kills it and waits until it is gone. */
  public async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }

  /** Its next message, or the error of a process that ended without one. */
  private async answer(id = 'init'): Promise<Message> {
    const message = new Promise<Message>((resolve) => { this.settle = resolve; });
    const gone = this.ended.then((code): Message => ({
      kind: 'error',
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${id} Error: Runtime exited ${code === null ? 'with error: signal: killed' : `with error: exit status ${code}`}`,
    }));
    return Promise.race([message, gone]);
  }
}

function toOutcome(message: Message): Outcome {
  if (message.kind === 'result') return { payload: message.payload };
  if (message.kind === 'ready') throw new Error('a function process said it was ready twice');
  return failure(message.errorType, message.errorMessage, message.trace);
}
