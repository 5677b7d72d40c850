import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { copyOf, headOf, load, updateOf } from './load';
import type { Comparison } from './memory/compare';
import { keyOf, type Shape } from './memory/populate';
import type { MemoryS3Process } from './memory-s3-process';
import { type Run, runTool } from './run-tool';
import type { Setting, Tool } from './tools/tool';

export const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const BUCKET = 'bench';
const SOCKETS = 64;
/** Objects on which the settings of a tool are compared. */
const TUNING = 4000;

/** Requests a second that the server answers to somebody who only asks. */
export interface Ceiling { readonly head: number; readonly update: number; readonly copy: number }

export interface Measured {
  readonly tool: Tool;
  readonly setting: string;
  /** The repetition in the middle. */
  readonly run: Run;
  readonly perSecond: number;
  /** Of the slowest and the fastest repetition. */
  readonly range: readonly [number, number];
  /** The share of the time in which the server was at work: near 1, it is the server that was measured. */
  readonly serverBusy: number;
  /** What it made of the bucket, in the repetition that was worst. */
  readonly comparison: Comparison;
  readonly requests: Readonly<Record<string, number>>;
}

export type Say = (line: string) => void;

export class Bench {
  constructor(private readonly server: MemoryS3Process, private readonly cache: string, private readonly say: Say) {}

  /** The best of so many, of each kind of request. */
  public async ceiling(objects: number, repeat: number): Promise<Ceiling> {
    const port = Number(new URL(this.server.endpoint).port);
    const keys = Array.from({ length: objects }, (_, number) => keyOf(number));
    const best = { head: 0, update: 0, copy: 0 };
    for (let round = 1; round <= repeat; round += 1) {
      this.say(`ceiling: ${round} of ${repeat}`);
      await this.server.populate(BUCKET, objects, 'sse-s3');
      const once = async (name: keyof Ceiling, requests: Buffer[], end: string): Promise<void> => {
        best[name] = Math.max(best[name], (await load(name, port, SOCKETS, requests, end)).perSecond);
      };
      await once('head', keys.map((key) => headOf(BUCKET, key)), '\r\n\r\n');
      await once('update', keys.map((key) => updateOf(BUCKET, key, KEY_ARN)), '\r\n\r\n');
      await once('copy', keys.map((key) => copyOf(BUCKET, key, KEY_ARN)), '</CopyObjectResult>');
    }
    return best;
  }

  /** Side by side: each repetition runs every tool, and begins with another one than the last. */
  public async sideBySide(tools: readonly Tool[], shape: Shape, objects: number, repeat: number): Promise<Measured[]> {
    const chosen = new Map<Tool, number>();
    for (const tool of tools) { chosen.set(tool, await this.fastestSetting(tool, shape, Math.min(objects, TUNING))); }
    const results = new Map<Tool, Measured[]>(tools.map((tool) => [tool, []]));
    for (let round = 0; round < repeat; round += 1) {
      for (let place = 0; place < tools.length; place += 1) {
        const tool = tools[(round + place) % tools.length];
        this.say(`${shape}: ${tool.name}, ${round + 1} of ${repeat}`);
        results.get(tool)?.push(await this.once(tool, chosen.get(tool) ?? 0, shape, objects));
      }
    }
    return [...results.values()].map(median);
  }

  /** One run, for what it makes of the objects. */
  public async once(tool: Tool, setting: number, shape: Shape, objects: number): Promise<Measured> {
    await this.server.populate(BUCKET, objects, shape, tool.needsDefaultEncryption ? KEY_ARN : undefined);
    await this.server.counts();
    const folder = mkdtempSync(join(tmpdir(), 'bench-backfill-'));
    try {
      const chosen = this.settings(tool, folder)[setting];
      const before = await this.server.cpu();
      const run = await runTool(chosen, this.server.endpoint, folder);
      const serverBusy = (await this.server.cpu() - before) / run.seconds;
      const perSecond = objects / run.seconds;
      const comparison = await this.server.compare(BUCKET, KEY_ARN);
      return {
        tool,
        setting: chosen.name,
        run,
        perSecond,
        range: [perSecond, perSecond],
        serverBusy,
        comparison,
        requests: await this.server.counts(),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private settings(tool: Tool, folder: string): readonly Setting[] {
    return tool.settings({ cache: this.cache, endpoint: this.server.endpoint, bucket: BUCKET, keyArn: KEY_ARN, folder });
  }

  private async fastestSetting(tool: Tool, shape: Shape, objects: number): Promise<number> {
    const { length } = this.settings(tool, this.cache);
    let fastest = { setting: 0, perSecond: 0 };
    for (let setting = 0; setting < length && length > 1; setting += 1) {
      this.say(`${shape}: settings of ${tool.name}, ${setting + 1} of ${length}`);
      const { perSecond } = await this.once(tool, setting, shape, objects);
      if (perSecond > fastest.perSecond) { fastest = { setting, perSecond }; }
    }
    return fastest.setting;
  }
}

/** The time of the one in the middle, the damage of the worst. Of an even number, the slower of the two in the middle. */
export function median(repetitions: readonly Measured[]): Measured {
  const slowestFirst = [...repetitions].sort((a, b) => a.perSecond - b.perSecond);
  const damage = ({ comparison: { changed, underKey, objects, missing, added } }: Measured): number =>
    missing + added + objects - underKey + Object.values(changed).reduce((sum, each) => sum + each, 0);
  const worst = [...repetitions].sort((a, b) => damage(b) - damage(a))[0];
  const middle = slowestFirst[Math.ceil(slowestFirst.length / 2) - 1];
  return { ...middle, range: [slowestFirst[0].perSecond, slowestFirst[slowestFirst.length - 1].perSecond], comparison: worst.comparison };
}
