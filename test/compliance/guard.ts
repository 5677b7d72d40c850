import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Item } from './items';

/** 2.1.3, of the generation `guard-2.x.x` that AWS Config runs. */
const BINARY = join(dirname(require.resolve('@cdklabs/cdk-validator-cfnguard/package.json')), 'bin', process.platform === 'darwin' ? 'macos' : 'ubuntu', 'cfn-guard');

export type Verdict = 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE';

/** What cfn-guard says of each item, in the words of AWS Config. It throws when cfn-guard fails, as it does on a null where a text is compared. */
export function evaluate(rule: string, items: readonly Item[]): Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), 'guard-'));
  try {
    mkdirSync(join(folder, 'items'));
    writeFileSync(join(folder, 'rule.guard'), rule);
    const names = items.map((_, at) => `${String(at).padStart(4, '0')}.json`);
    items.forEach((item, at) => { writeFileSync(join(folder, 'items', names[at]), JSON.stringify(item)); });
    const { status, stdout, stderr } = spawnSync(BINARY, [
      'validate', '--alphabetical', '--rules', join(folder, 'rule.guard'), '--data', join(folder, 'items'), '--output-format', 'json', '--show-summary', 'none',
    ], { encoding: 'utf8' });
    if (status !== 0 && status !== 5) { throw new Error(`cfn-guard ended with ${status}: ${stderr.slice(0, 500)}`); }
    const reports = stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Report);
    return names.map((name) => {
      const report = reports.find(({ data_from }) => data_from.endsWith(name));
      if (report === undefined) { throw new Error(`cfn-guard says nothing of ${name}: ${stdout.slice(0, 500)}${stderr.slice(0, 500)}`); }
      if (Object.keys(report.not_compliant).length > 0) { return 'NON_COMPLIANT'; }
      return report.compliant.length > 0 ? 'COMPLIANT' : 'NOT_APPLICABLE';
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Report {
  readonly data_from: string;
  readonly not_compliant: Record<string, unknown>;
  readonly not_applicable: string[];
  readonly compliant: string[];
}
