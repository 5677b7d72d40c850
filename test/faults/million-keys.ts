import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { parseArgs } from 'util';
import { backfill, newFolder } from './command';
import { startListingServer } from './listing-server';

// npx tsx test/faults/million-keys.ts [--keys N]: a run over a million keys stays below 200 MB. The test has a tenth of them.
const { values } = parseArgs({ options: { keys: { type: 'string', default: '1000000' } } });
const MOST_MEGABYTES = 200;

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'million-keys-'));
  process.env.TMPDIR = folder;
  const keys = Number(values.keys);
  const server = await startListingServer({ objects: keys, seed: 1 });
  try {
    const started = performance.now();
    const { code, peak, stderr } = await backfill({ endpoint: server.endpoint, folder: newFolder() });
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`${JSON.stringify({ keys, code, rewritten: server.rewritten, peakMegabytes: peak === undefined ? null : Math.round(peak), seconds })}\n`);
    if (code !== 0) { process.stderr.write(`${stderr.slice(-1000)}\n`); }
    return code === 0 && server.rewritten === keys && (peak ?? 0) < MOST_MEGABYTES ? 0 : 1;
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main().then((code) => { process.exitCode = code; });
