import Table from 'cli-table3';
import type { Ceiling, Measured } from './measure-all';
import type { Comparison } from './memory/compare';
import type { Shape } from './memory/populate';

/** Of the goals of this library: so many times as fast as the AWS CLI, and not slower than anything else. */
export const TIMES_AWS = 3;

const UNAVOIDABLE = ['ETag', 'last modified'];
const STYLE = process.stdout.isTTY ? {} : { style: { head: [], border: [] } };
const round = (value: number): string => Math.round(value).toLocaleString('en-US');

export function renderCeiling({ head, update, copy }: Ceiling): string {
  return `The server answers ${round(head)} HeadObject, ${round(update)} UpdateObjectEncryption or ${round(copy)} CopyObject a second to a client that only asks.\n`;
}

/** From here on the server is what a tool waits for. */
const BUSY = 0.9;

export function renderSpeed(shape: Shape, objects: number, measured: readonly Measured[], repeat: number): string {
  const table = new Table({
    head: ['tool', 'setting', 'objects/s', 'slowest to fastest', 'of AWS CLI', 'of fastest other', 'seconds', 'processor s', 'requests/object', 'server busy'],
    colAligns: ['left', 'left', ...Array.from({ length: 8 }, () => 'right' as const)],
    ...STYLE,
  });
  const aws = measured.find(({ tool }) => tool.name === 'aws');
  for (const { tool, setting, perSecond, range, run, requests, serverBusy } of measured) {
    const asked = Object.values(requests).reduce((sum, each) => sum + each, 0) / objects;
    const rival = fastestOther(tool.name, measured);
    table.push([
      tool.title, setting, round(perSecond), `${round(range[0])} to ${round(range[1])}`, timesOf(perSecond, aws), timesOf(perSecond, rival),
      run.seconds.toFixed(2), run.processor?.toFixed(2) ?? 'not known', asked.toFixed(2), `${(100 * serverBusy).toFixed(0)} %`,
    ]);
  }
  const limited = measured.filter(({ serverBusy }) => serverBusy >= BUSY).map(({ tool }) => `The server was the limit for ${tool.title}: on a server without one it would be faster.\n`);
  return `\n${round(objects)} objects, ${shape === 'sse-s3' ? 'under SSE-S3' : 'not encrypted'}; the median of ${repeat} repetitions, interleaved\n${table.toString()}\n${limited.join('')}`;
}

function timesOf(perSecond: number, other: Measured | undefined): string { return other === undefined ? '' : `${(perSecond / other.perSecond).toFixed(2)}x`; }

function fastestOther(name: string, measured: readonly Measured[]): Measured | undefined {
  return measured.filter(({ tool }) => tool.name !== name).sort((a, b) => b.perSecond - a.perSecond)[0];
}

export function renderLosses(measured: readonly Measured[]): string {
  const table = new Table({ head: ['tool', 'under the key', 'changed or lost, in so many objects'], colWidths: [26, 16, 100], wordWrap: true, ...STYLE });
  for (const { tool, comparison } of measured) {
    table.push([tool.title, `${comparison.underKey} of ${comparison.objects}`, describe(comparison)]);
  }
  return `${table.toString()}\n`;
}

function describe({ changed, missing, added, versionsLeft }: Comparison): string {
  const found = Object.entries(changed).map(([name, count]) => `${name} ${count}`);
  if (missing > 0) { found.push(`${missing} objects missing`); }
  if (added > 0) { found.push(`${added} objects added`); }
  if (versionsLeft > 0) { found.push(`${versionsLeft} versions left behind`); }
  return found.length === 0 ? 'nothing' : found.join(', ');
}

/** What of ours is not as promised. */
export function faults(shape: Shape, measured: readonly Measured[]): string[] {
  const ours = measured.find(({ tool }) => tool.name === 'ours');
  if (ours === undefined) { return []; }
  const found: string[] = [];
  const { changed, missing, added, underKey, objects } = ours.comparison;
  const lost = Object.keys(changed).filter((name) => !UNAVOIDABLE.includes(name));
  if (lost.length > 0) { found.push(`${shape}: ours lost ${lost.join(', ')}`); }
  if (missing > 0 || added > 0) { found.push(`${shape}: ours left ${missing} objects missing and ${added} added`); }
  if (shape === 'everything') { return found; }
  if (underKey < objects) { found.push(`${shape}: ours left ${objects - underKey} of ${objects} objects under another key`); }
  for (const { tool, perSecond } of measured) {
    const times = tool.name === 'aws' ? TIMES_AWS : 1;
    const ratio = ours.perSecond / perSecond;
    if (ratio < times) { found.push(`${shape}: ours is ${ratio.toFixed(2)} times as fast as ${tool.title}, the goal is ${times}`); }
  }
  return found;
}
