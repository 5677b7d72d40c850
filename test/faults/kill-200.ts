import { rmSync, mkdtempSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { parseArgs } from 'util';
import { killAgainAndAgain } from './kills';

// npx tsx test/faults/kill-200.ts [--seed N] [--kills N]: what the test does with ten kills, with two hundred.
const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, kills: { type: 'string', default: '200' } } });

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kill-200-'));
  process.env.TMPDIR = folder; // the folders of the runs go with it
  try {
    for (const versioned of [true, false]) {
      const result = await killAgainAndAgain({
        objects: 5000,
        kills: Number(values.kills) / 2,
        seed: Number(values.seed),
        versioned,
        listener: (kill, requests) => { process.stderr.write(`kill ${kill}, after ${requests} requests\n`); },
      });
      process.stdout.write(`${JSON.stringify({ versioned, ...result })}\n`);
      if (result.complaints.length > 0 || result.writes !== result.due || result.writesWhenFinished > 0) { return 1; }
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main().then((code) => { process.exitCode = code; });
