import { Stack } from 'aws-cdk-lib';
import type { CfnAnalyzer } from 'aws-cdk-lib/aws-accessanalyzer';
import type { Construct } from 'constructs';
import type { ArchiveRule } from './archive-rules';
import { ValidationError } from '../private/errors';
import { madeElsewhere } from '../private/once-in-region';

type Access = 'externalAccess' | 'internalAccess';

interface AnalyzerOfStack {
  readonly made: Partial<Record<Access, CfnAnalyzer>>;
  readonly waiting: (() => void)[];
  readonly rules: ArchiveRule[];
}

const OF_STACKS = new WeakMap<Stack, AnalyzerOfStack>();

function ofStack(scope: Construct): AnalyzerOfStack {
  const stack = Stack.of(scope);
  const known = OF_STACKS.get(stack) ?? { made: {}, waiting: [], rules: [] };
  OF_STACKS.set(stack, known);
  return known;
}

/**
 * The analyzers that a stack makes: one of each kind, since an account needs one of external access in each region and may have one of
 * internal access. https://docs.aws.amazon.com/general/latest/gr/access-analyzer.html
 */
export function analyzerOf(scope: Construct, prop: Access, analyzer: CfnAnalyzer): void {
  const known = ofStack(scope);
  const made = known.made[prop] ?? madeElsewhere(analyzer, prop);
  if (made !== undefined) {
    const remedy = prop === 'externalAccess'
      ? 'give AccessAnalyzer.existing() here'
      : `watch the bucket with the KeyAccessAnalysis ${made.node.scope?.node.path ?? ''}, as baselines do that are given it by BaselineKeyAccess.use(), and leave it out here`;
    throw new ValidationError('AnalyzerTwice', `'${prop}' must be made once, since an account has one such analyzer in each region, got AccessAnalyzer.make() beside ${made.node.path}: ${remedy}`, scope);
  }
  known.made[prop] = analyzer;
  if (prop === 'externalAccess') { for (const tell of known.waiting.splice(0)) { tell(); } }
}

/** Calls once the stack makes an analyzer, or at once if it did. */
export function onAnalyzerOf(scope: Construct, tell: () => void): void {
  const known = ofStack(scope);
  if (known.made.externalAccess === undefined) { known.waiting.push(tell); } else { tell(); }
}

/** The analyzer of external access that the stack makes. */
export function madeAnalyzerOf(scope: Construct): CfnAnalyzer | undefined { return ofStack(scope).made.externalAccess; }

/** Lets the analyzer of external access that the stack makes, sooner or later, archive what an analysis expects. */
export function archiveInAnalyzerOf(scope: Construct, rule: ArchiveRule): void { ofStack(scope).rules.push(rule); }

/** What that analyzer archives, whichever analysis expects it. */
export function rulesOfAnalyzerOf(scope: Construct): readonly ArchiveRule[] { return ofStack(scope).rules; }
