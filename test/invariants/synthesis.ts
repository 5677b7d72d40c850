import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ALL, type InvariantId, type Subject } from './checks';
import { RECOMMENDED_FLAGS } from '../helpers/stack';

const account = '111111111111';

/** Where a stack is deployed, and with which feature flags. */
export interface Setting {
  readonly title: string;
  readonly context: Record<string, unknown>;
  readonly env?: { readonly account: string; readonly region: string };
  readonly partition?: string;
}

const PLACES: [where: string, region?: string, partition?: string][] = [
  ['eu-west-1', 'eu-west-1', 'aws'],
  ['cn-north-1', 'cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'us-gov-west-1', 'aws-us-gov'],
  ['an unknown environment'],
];

/** Every environment, without feature flags and with all that the CDK recommends. */
export const SETTINGS: Setting[] = PLACES.flatMap(([where, region, partition]) => {
  const env = region === undefined ? undefined : { account, region };
  return [
    // Without flags the CDK never writes the name of a partition, so no literal may.
    { title: `in ${where} without feature flags`, context: {}, env },
    { title: `in ${where} with all recommended feature flags`, context: RECOMMENDED_FLAGS, env, partition },
  ];
});

/** A stack that is not synthesized yet. */
export function stackIn({ context, env }: Setting, make: (stack: Stack) => void): Stack {
  const stack = new Stack(new App({ context }), 'Stack', { env });
  make(stack);
  return stack;
}

/** The template of a stack. Fails on a dependency cycle, as CloudFormation would. */
export function subjectOf(stack: Stack, partition?: string): Subject {
  return { template: Template.fromStack(stack).toJSON() as Subject['template'], partition };
}

/** What each invariant that is broken says. */
export function broken(subject: Subject): Partial<Record<InvariantId, string[]>> {
  return Object.fromEntries(ALL
    .map(([id, { violations }]) => [id, violations(subject)] as const)
    .filter(([, violations]) => violations.length > 0));
}
