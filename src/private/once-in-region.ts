import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const MADE = new WeakMap<IConstruct, { readonly what: string; readonly by: IConstruct }[]>();

/**
 * What another stack of the app makes already that an account has once in each region: it would fail when it is deployed.
 *
 * Of stacks whose account or region is not known nothing can be said: they may be deployed to different ones.
 *
 * @returns the other one, which was noted first
 */
export function madeElsewhere(by: IConstruct, what: string): IConstruct | undefined {
  const { account, region } = Stack.of(by);
  const known = MADE.get(by.node.root) ?? [];
  MADE.set(by.node.root, [...known, { what, by }]);
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) { return undefined; }
  return known.find((one) => one.what === what && one.by !== by && Stack.of(one.by).account === account && Stack.of(one.by).region === region)?.by;
}
