import { type Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NagPack, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { SETTINGS, stackIn, subjectOf } from './synthesis';
import { ROWS } from './table';
import { acknowledge } from '../../src/private/findings';
import { keepReportsQuiet } from '../helpers/quiet';

keepReportsQuiet();

interface Acknowledgement {
  readonly id: string;
  readonly reason: string;
  readonly path: string;
}

const [PLAIN] = SETTINGS;
const PACKS = [new AwsSolutionsChecks(), new NIST80053R5Checks(), new HIPAASecurityChecks(), new PCIDSS321Checks()];
const OF_NAG = /^(AwsSolutions|NIST\.800\.53\.R5|HIPAA\.Security|PCI\.DSS\.321)-/;

/** Answers to other tools than the cdk-nag of these tests, with the reason. */
const FOR_OTHERS: [answer: RegExp, because: string][] = [
  [/^(AwsSolutions-S1|NIST\.800\.53\.R5-S3BucketLoggingEnabled): This bucket receives the access logs/, 'cdk-nag knows a bucket of logs by the sources in its own stack, others do not'],
];

/** What HIPAA and PCI have under names of their own is one finding, and acknowledged in all three packs, whichever have it. */
function inOnePack(id: string): string {
  return id.replace(/^(HIPAA\.Security|PCI\.DSS\.321)-/, 'NIST.800.53.R5-');
}

function acknowledgementsOf({ node }: IConstruct): Acknowledgement[] {
  return node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .map(([id, reason]) => ({ id: id.replace(/^annotation::/i, ''), reason, path: node.path }));
}

/** Where cdk-nag had a finding and looked whether somebody answers it: each acknowledgement that did, as `PATH ID`. */
function answering(stack: Stack): Set<string> {
  const needed = new Set<string>();
  const asked = jest.spyOn(NagPack.prototype as unknown as { isAcknowledged(resource: IConstruct, id: string): boolean }, 'isAcknowledged');
  asked.mockImplementation((resource, id) => {
    const found = resource.node.scopes.flatMap(acknowledgementsOf).filter((one) => one.id === id);
    for (const { path } of found) { needed.add(`${path} ${inOnePack(id)}`); }
    return found.length > 0;
  });
  for (const pack of PACKS) { pack.validateScope(stack); }
  asked.mockRestore();
  return needed;
}

/** All acknowledgements in stacks, by what they say, each with whether a finding asks for it somewhere. */
function answers(stacks: readonly Stack[]): Map<string, boolean> {
  const all = new Map<string, boolean>();
  for (const stack of stacks) {
    const needed = answering(stack);
    for (const { id, reason, path } of stack.node.findAll().flatMap(acknowledgementsOf).filter((one) => OF_NAG.test(one.id))) {
      const what = `${inOnePack(id)}: ${reason}`;
      all.set(what, all.get(what) === true || needed.has(`${path} ${inOnePack(id)}`));
    }
  }
  return all;
}

function needless(stacks: readonly Stack[]): string[] {
  return [...answers(stacks)].filter(([, needed]) => !needed).map(([what]) => what).sort();
}

/** A stack when everything is known of it. */
function made(make: (stack: Stack) => void): Stack {
  const stack = stackIn(PLAIN!, make);
  subjectOf(stack);
  return stack;
}

describe('acknowledgements', () => {
  const stacks = ROWS.map(({ make }) => made(make));

  test('say why, in more than a word or two', () => {
    const all = stacks.flatMap((stack) => stack.node.findAll().flatMap(acknowledgementsOf));
    expect(all.length).toBeGreaterThan(1000);
    expect([...new Set(all.filter(({ reason }) => reason.length <= 20).map(({ id, reason }) => `${id}: ${reason}`))]).toEqual([]);
  });

  test('answer findings that there are: each in some row', () => {
    expect([...answers(stacks).values()].filter((needed) => needed).length).toBeGreaterThan(50);
    const found = needless(stacks);
    expect(found.filter((answer) => !FOR_OTHERS.some(([pattern]) => pattern.test(answer)))).toEqual([]);
    expect(FOR_OTHERS.filter(([pattern]) => !found.some((answer) => pattern.test(answer)))).toEqual([]);
  });

  test('that nothing needs are found', () => {
    const [{ make }] = ROWS as [(typeof ROWS)[number]];
    const stack = made((scope) => {
      make(scope);
      acknowledge(scope, 'AwsSolutions-RDS2', 'There is no database at all.');
    });
    expect(needless([stack])).toContain('AwsSolutions-RDS2: There is no database at all.');
  });
});
