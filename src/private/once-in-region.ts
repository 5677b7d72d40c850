import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const MADE = new WeakMap<IConstruct, { readonly what: string; readonly by: IConstruct }[]>();

/**
 * What the stack or another one of the app makes already that an account has once in each region: it would fail when it is deployed.
 *
 * Of two stacks whose account or region is not known nothing can be said: they may be deployed to different ones.
 *
 * @returns the other one, which was noted first
 */
export function madeElsewhere(by: IConstruct, what: string): IConstruct | undefined {
  const { account, region } = Stack.of(by);
  const known = MADE.get(by.node.root) ?? [];
  MADE.set(by.node.root, [...known, { what, by }]);
  const isKnown = !Token.isUnresolved(account) && !Token.isUnresolved(region);
  const isHere = (stack: Stack) => stack === Stack.of(by) || (isKnown && stack.account === account && stack.region === region);
  return known.find((one) => one.what === what && one.by !== by && isHere(Stack.of(one.by)))?.by;
}
