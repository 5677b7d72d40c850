import { Presets, SingleBar } from 'cli-progress';

/** Reports how far a long piece of work has come. */
export interface Progress {
  step(): void;
  end(): void;
}

/** A bar for a person at a terminal, a line per tenth for a machine. */
export function progress(what: string, total: number, out: NodeJS.WriteStream = process.stderr): Progress {
  return out.isTTY ? bar(what, total, out) : lines(what, total, out);
}

function bar(what: string, total: number, out: NodeJS.WriteStream): Progress {
  const single = new SingleBar({
    stream: out,
    format: `  ${what} {bar} {value}/{total} | {speed}/s | {eta_formatted} left`,
    hideCursor: true,
    clearOnComplete: false,
    etaBuffer: 200,
  }, Presets.shades_classic);
  const started = Date.now();
  let done = 0;
  single.start(total, 0, { speed: 0 });
  return {
    step() {
      done += 1;
      single.update(done, { speed: Math.round(done / Math.max((Date.now() - started) / 1000, 0.001)) });
    },
    end() { single.stop(); },
  };
}

function lines(what: string, total: number, out: NodeJS.WriteStream): Progress {
  let done = 0;
  let tenth = 0;
  return {
    step() {
      done += 1;
      const now = Math.floor((done * 10) / total);
      if (now > tenth) {
        tenth = now;
        out.write(`  ${what} ${done}/${total}\n`);
      }
    },
    end() { /* the last tenth is the last line */ },
  };
}
