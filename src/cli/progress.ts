import { SingleBar } from 'cli-progress';
import type { Io, Output } from './io';
import { duration, grouped } from './numbers';
import { Speed } from './speed';

/** How far something is. */
export interface State {
  readonly objects: number;
  readonly failed: number;
  /** More that machines want to know, by field name. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface ProgressOptions {
  readonly io: Io;
  /** JSON lines although there is a terminal. */
  readonly json: boolean;
  /** What is done, as in "Planning". */
  readonly doing: string;
  /** Undefined when nobody has counted. */
  readonly total?: number;
  /** Asked for a few times a second, so that an object costs nothing. */
  readonly state: () => State;
}

const TICK_AT_TERMINAL = 200;
const TICK_IN_LOG = 5000;

/** A bar on a terminal, one JSON object every five seconds otherwise; on stderr in any case. */
export class Progress {
  private readonly speed = new Speed();
  private readonly view: View;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: ProgressOptions) {
    const bar = options.io.stderr.isTTY && !options.json;
    this.view = bar ? new Bar(options) : new JsonLines(options);
    this.speed.note(this.now(), options.state().objects);
    this.timer = setInterval(() => this.tick(), bar ? TICK_AT_TERMINAL : TICK_IN_LOG);
    this.timer.unref();
  }

  /** Shows the last state and stops. What is written to stderr afterwards is below it. */
  public end(): void {
    clearInterval(this.timer);
    this.tick();
    this.view.end();
  }

  private tick(): void {
    const state = this.options.state();
    this.speed.note(this.now(), state.objects);
    this.view.show(state, this.speed);
  }

  private now(): number { return this.options.io.clock.now().getTime(); }
}

interface View {
  show(state: State, speed: Speed): void;
  end(): void;
}

class Bar implements View {
  private readonly bar: SingleBar;

  constructor(private readonly options: ProgressOptions) {
    const { total } = options;
    const from = options.state().objects;
    this.bar = new SingleBar({
      format: total === undefined ? `${options.doing} {count} · {rate}/s · {failed}` : `${options.doing} [{bar}] {count} of ${grouped(total)} · {rate}/s · {left} left · {failed}`,
      stream: withoutSavedCursor(options.io.stderr.stream),
      barsize: 24,
      barCompleteChar: '=',
      barIncompleteChar: ' ',
      hideCursor: true,
      clearOnComplete: false,
      linewrap: false,
      gracefulExit: false, // signals are the run's
    });
    this.bar.start(total ?? 0, from, { count: grouped(from), rate: '0', left: '?', failed: 'none failed' });
  }

  public show({ objects, failed }: State, speed: Speed): void {
    const { total } = this.options;
    const left = total === undefined ? undefined : speed.secondsFor(Math.max(0, total - objects));
    this.bar.update(Math.min(objects, total ?? objects), {
      count: grouped(objects),
      rate: grouped(speed.perSecond),
      left: left === undefined ? '?' : duration(left),
      failed: failed === 0 ? 'none failed' : `${grouped(failed)} failed`,
    });
  }

  public end(): void { this.bar.stop(); }
}

/**
 * cli-progress ends by going back to where the cursor was when it began. What was said meanwhile has moved the bar, and
 * would be overwritten.
 */
function withoutSavedCursor(stream: Output['stream']): NodeJS.WritableStream | undefined {
  if (stream === undefined) { return undefined; }
  return new Proxy(stream, {
    get: (target, name) => {
      if (name === 'write') { return (text: string): boolean => text === '\u001b7' || text === '\u001b8' || target.write(text); }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) as unknown : value;
    },
  });
}

class JsonLines implements View {
  constructor(private readonly options: ProgressOptions) {}

  public show({ objects, failed, more }: State, speed: Speed): void {
    const { io, doing, total } = this.options;
    const left = total === undefined ? undefined : speed.secondsFor(Math.max(0, total - objects));
    const line = {
      type: 'progress',
      doing,
      at: io.clock.now().toISOString(),
      objects,
      total: total ?? null,
      failed,
      objectsPerSecond: Math.round(speed.perSecond),
      secondsLeft: left === undefined ? null : Math.ceil(left),
      ...more,
    };
    io.stderr.write(`${JSON.stringify(line)}\n`);
  }

  public end(): void { /* the last line is written */ }
}
