import { readFileSync } from 'fs';
import { App, type Environment, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** The environment of tests that do not care which. */
export const IRELAND = { account: '111111111111', region: 'eu-west-1' };

/** An account that is not the one of `IRELAND`. */
export const OTHER_ACCOUNT = '222222222222';

/** Every feature flag as the CDK recommends it for new projects. */
export const RECOMMENDED_FLAGS = JSON.parse(
  readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'),
) as Record<string, unknown>;

/** Rows for `describe.each`: a title and the context of the app. */
export const FLAG_SETS: [title: string, context: Record<string, unknown>][] = [
  ['without feature flags', {}],
  ['with all recommended feature flags', RECOMMENDED_FLAGS],
];

/** What a test may say about its stack. */
export interface TestStackProps {
  readonly env?: Environment;
  readonly context?: Record<string, unknown>;
  readonly app?: App;
  readonly id?: string;
}

/** A stack in an app of its own, in a fixed environment. */
export function testStack(props: TestStackProps = {}): Stack {
  const app = props.app ?? new App({ context: props.context });
  return new Stack(app, props.id ?? 'Stack', { env: props.env ?? IRELAND });
}

/** A stack whose account and region are known only at deployment. */
export function agnosticStack(context?: Record<string, unknown>): Stack {
  return new Stack(new App({ context }), 'Stack');
}

/** The app of a stack, for tests that synthesize it. */
export function appOf(stack: Stack): App {
  return stack.node.root as App;
}

/** A role that the stack owns. */
export function role(scope: Construct, id: string = 'Role'): iam.Role {
  return new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
}
