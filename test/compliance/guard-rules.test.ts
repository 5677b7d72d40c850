import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases';
import { evaluate } from './guard';
import { KEY, KEY_ID, LOG_BUCKET } from './items';
import { mutants } from './mutants';

const FOLDER = join(__dirname, '..', '..', 'src', 'compliance', 'rules');
const read = (name: string): string => readFileSync(join(FOLDER, `${name}.guard`), 'utf8');
const judge = (name: string, rule: string) => evaluate(rule, CASES[name].map(({ item }) => item));

describe('the Guard rules, run by the cfn-guard generation of AWS Config on configuration items', () => {
  test('each file has its cases, and no case is without a file', () => {
    expect(readdirSync(FOLDER).map((file) => file.replace(/\.guard$/, '')).sort()).toEqual(Object.keys(CASES).sort());
  });

  test('there are enough of them, compliant and not', () => {
    const all = Object.values(CASES).flat();
    expect(all.length).toBeGreaterThanOrEqual(60);
    for (const verdict of ['COMPLIANT', 'NON_COMPLIANT', 'NOT_APPLICABLE']) {
      expect(all.filter((one) => one.verdict === verdict).length).toBeGreaterThanOrEqual(20);
    }
  });

  test('the parameters of the files are those of the items', () => {
    expect(read('default-key')).toContain(`["${KEY}", "${KEY_ID}"]`);
    expect(read('default-key')).toContain(`["${LOG_BUCKET}"]`);
  });

  test.each(Object.keys(CASES))('%s', (name) => {
    const verdicts = judge(name, read(name));
    const table = (values: readonly string[]) => Object.fromEntries(CASES[name].map(({ says }, at) => [`${at} ${says}`, values[at]]));
    expect(table(verdicts)).toEqual(table(CASES[name].map(({ verdict }) => verdict)));
  });

  test.each(Object.keys(CASES))('every clause of %s is needed', (name) => {
    const expected = CASES[name].map(({ verdict }) => verdict);
    const changed = mutants(read(name));
    expect(changed.length).toBeGreaterThanOrEqual(3);
    const survivors = changed.filter(({ rule }) => {
      try { return JSON.stringify(judge(name, rule)) === JSON.stringify(expected); } catch { return false; }
    });
    expect(survivors.map(({ what }) => what)).toEqual([]);
  });

  test('a rule fits into AWS Config', () => {
    for (const name of Object.keys(CASES)) {
      expect(read(name).length).toBeLessThan(5000); // of 10,000: the rest is for keys and buckets
    }
  });
});
