import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ValidationError } from '../private/errors';

/** Whether the key is made in this app, so that its stack waits for whatever its policy names. */
export function isMadeHere(key: kms.IKey): boolean { return key.node.defaultChild !== undefined; }

/**
 * Whether the policy of a key must not name a role, because the role is of another stack, which names the key: each would wait for
 * the other. The role's own policy is enough then where the policy of the key delegates to IAM, as those of the CDK do.
 */
export function isNamedByIdentityAlone(scope: Construct, prop: string, key: kms.IKey, grantee: iam.IGrantable): boolean {
  const principal = grantee.grantPrincipal;
  if (!iam.principalIsOwnedResource(principal) || !isMadeHere(key) || Stack.of(principal) === Stack.of(key)) { return false; }
  assertDelegates(scope, prop, key, Stack.of(principal));
  return true;
}

/** Refuses a key of another stack that must name whoever uses it. */
export function assertDelegates(scope: Construct, prop: string, key: kms.IKey, user = Stack.of(scope)): void {
  if (!isMadeHere(key) || Stack.of(key) === user) { return; }
  if ((key as unknown as { readonly trustAccountIdentities?: boolean }).trustAccountIdentities === false) {
    throw new ValidationError('KeyNamesRoles', `'${prop}' must be a key of ${user.node.path}, the stack of the role that reads with it, or one whose policy delegates to IAM, got ${key.node.path}, which names each role: the stacks would wait for each other; make the key in that stack, or pass a key that trusts the policies of the account`, scope);
  }
}
