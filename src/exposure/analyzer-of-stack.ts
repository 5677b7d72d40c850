import { Stack } from 'aws-cdk-lib';
import type { CfnAnalyzer } from 'aws-cdk-lib/aws-accessanalyzer';
import type { Construct } from 'constructs';
import type { ArchiveRule } from './archive-rules';
import { ValidationError } from '../private/errors';

interface AnalyzerOfStack {
  analyzer?: CfnAnalyzer;
  readonly waiting: (() => void)[];
  readonly rules: ArchiveRule[];
}

const OF_STACKS = new WeakMap<Stack, AnalyzerOfStack>();

function ofStack(scope: Construct): AnalyzerOfStack {
  const stack = Stack.of(scope);
  const known = OF_STACKS.get(stack) ?? { waiting: [], rules: [] };
  OF_STACKS.set(stack, known);
  return known;
}

/** The analyzer of external access that a stack makes: one, since an account needs one in each region. */
export function analyzerOf(scope: Construct, analyzer: CfnAnalyzer): void {
  const known = ofStack(scope);
  if (known.analyzer !== undefined) {
    throw new ValidationError('AnalyzerTwice', `'externalAccess' must be made once in a stack, since an account needs one analyzer in each region, got AccessAnalyzer.make() beside ${known.analyzer.node.path}: give AccessAnalyzer.existing() here`, scope);
  }
  known.analyzer = analyzer;
  for (const tell of known.waiting.splice(0)) { tell(); }
}

/** Calls once the stack makes an analyzer, or at once if it did. */
export function onAnalyzerOf(scope: Construct, tell: () => void): void {
  const known = ofStack(scope);
  if (known.analyzer === undefined) { known.waiting.push(tell); } else { tell(); }
}

/** The analyzer of external access that the stack makes. */
export function madeAnalyzerOf(scope: Construct): CfnAnalyzer | undefined { return ofStack(scope).analyzer; }

/** Lets the analyzer of external access that the stack makes, sooner or later, archive what an analysis expects. */
export function archiveInAnalyzerOf(scope: Construct, rule: ArchiveRule): void { ofStack(scope).rules.push(rule); }

/** What that analyzer archives, whichever analysis expects it. */
export function rulesOfAnalyzerOf(scope: Construct): readonly ArchiveRule[] { return ofStack(scope).rules; }
