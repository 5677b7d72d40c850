import type { Statement } from './statement';
import type { SecureBucketProps } from '../../src';

/** Keeps the shared log bucket, which has a world of its own, out of the others. */
export const NO_LOGS: SecureBucketProps = { allowNoAccessLogsBecause: 'proved in a world of its own' };

/** The identity policy of an administrator of the account. */
export const ANYTHING: Statement = allow(['*']);

export function allow(actions: string[], resources: string | string[] = '*'): Statement {
  return { Effect: 'Allow', Action: actions, Resource: resources };
}
