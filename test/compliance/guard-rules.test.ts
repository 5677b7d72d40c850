import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases';
import { evaluate } from './guard';
import { KEY, KEY_ID, LOG_BUCKET } from './items';
import { mutants } from './mutants';
import { STACK_CASES, TEMPLATE_CASES } from './templates';
import { SSE_S3_REASON_TAG } from '../../src/bucket';

const SOURCES = join(__dirname, '..', '..', 'src', 'compliance');

describe.each([
  ['rules, on configuration items', 'rules', CASES],
  ['template-rules, on templates', 'template-rules', TEMPLATE_CASES],
  ['stack-rules, on templates', 'stack-rules', STACK_CASES],
] as const)('%s, by the cfn-guard generation of AWS Config', (_, folder, cases) => {
  const read = (name: string): string => readFileSync(join(SOURCES, folder, `${name}.guard`), 'utf8');
  const judge = (name: string, rule: string) => evaluate(rule, cases[name].map(({ item }) => item));

  test('each file has its cases, and no case is without a file', () => {
    expect(readdirSync(join(SOURCES, folder)).map((file) => file.replace(/\.guard$/, '')).sort()).toEqual(Object.keys(cases).sort());
  });

  test('there are enough of them, compliant and not', () => {
    const all = Object.values(cases).flat();
    expect(all.length).toBeGreaterThanOrEqual(folder === 'stack-rules' ? 10 : 60);
    for (const verdict of ['COMPLIANT', 'NON_COMPLIANT', 'NOT_APPLICABLE']) {
      expect(all.filter((one) => one.verdict === verdict).length).toBeGreaterThanOrEqual(folder === 'stack-rules' ? 2 : 5);
    }
  });

  test.each(Object.keys(cases))('%s', (name) => {
    const verdicts = judge(name, read(name));
    const table = (values: readonly string[]) => Object.fromEntries(cases[name].map(({ says }, at) => [`${at} ${says}`, values[at]]));
    expect(table(verdicts)).toEqual(table(cases[name].map(({ verdict }) => verdict)));
  });

  test.each(Object.keys(cases))('every clause of %s is needed', (name) => {
    const expected = cases[name].map(({ verdict }) => verdict);
    const changed = mutants(read(name));
    expect(changed.length).toBeGreaterThanOrEqual(2);
    // A mutant that cfn-guard cannot read would prove nothing, so what it throws fails the test.
    const verdicts = changed.map(({ what, rule }) => {
      try { return { what, found: judge(name, rule) }; } catch (error) { return { what: `${what}: ${String(error).slice(0, 200)}`, found: expected }; }
    });
    expect(verdicts.filter(({ found }) => JSON.stringify(found) === JSON.stringify(expected)).map(({ what }) => what)).toEqual([]);
  });

  test('a rule fits into AWS Config', () => {
    for (const name of Object.keys(cases)) {
      expect(read(name).length).toBeLessThan(5000); // of 10,000: the rest is for keys and buckets
    }
  });
});

test('the parameters of the files are those of the items', () => {
  const rule = readFileSync(join(SOURCES, 'rules', 'default-key.guard'), 'utf8');
  expect(rule).toContain(`["${KEY}", "${KEY_ID}"]`);
  expect(rule).toContain(`["${LOG_BUCKET}"]`);
  expect(rule).toContain(`["${SSE_S3_REASON_TAG}"]`);
});
