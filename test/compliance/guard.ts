import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Item } from './items';

/** 2.1.3, of the generation `guard-2.x.x` that AWS Config runs. */
const BINARY = join(dirname(require.resolve('@cdklabs/cdk-validator-cfnguard/package.json')), 'bin', process.platform === 'darwin' ? 'macos' : 'ubuntu', 'cfn-guard');

export type Verdict = 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE';

const VERDICTS: Record<string, Verdict | undefined> = { PASS: 'COMPLIANT', FAIL: 'NON_COMPLIANT', SKIP: 'NOT_APPLICABLE' };

/** What cfn-guard says of each item, in the words of AWS Config. It throws when cfn-guard fails, as it does on a pattern that it cannot read. */
export function evaluate(rule: string, items: readonly Item[]): Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), 'guard-'));
  try {
    mkdirSync(join(folder, 'items'));
    writeFileSync(join(folder, 'rule.guard'), rule);
    const names = items.map((_, at) => `${String(at).padStart(4, '0')}.json`);
    items.forEach((item, at) => { writeFileSync(join(folder, 'items', names[at]), JSON.stringify(item)); });
    const { status, stdout, stderr } = spawnSync(BINARY, [
      'validate', '--alphabetical', '--rules', join(folder, 'rule.guard'), '--data', join(folder, 'items'), '--show-summary', 'all',
    ], { encoding: 'utf8' });
    const found = new Map([...stdout.matchAll(/^(\d+\.json) Status = (\w+)$/gm)].map(([, name, verdict]) => [name, verdict]));
    // Its summary for people, which comes after the verdict, panics on a rule that filters by logical ids.
    const panicked = stderr.includes('commands/validate/cfn.rs');
    if (panicked && items.length > 1) { return items.flatMap((item) => evaluate(rule, [item])); }
    if (status !== 0 && status !== 5 && !panicked) { throw new Error(`cfn-guard ended with ${status}: ${stderr.slice(0, 500)}`); }
    return names.map((name) => {
      const verdict = VERDICTS[found.get(name) ?? ''];
      if (verdict === undefined) { throw new Error(`cfn-guard says nothing of ${name}: ${stdout.slice(0, 500)}${stderr.slice(0, 500)}`); }
      return verdict;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
