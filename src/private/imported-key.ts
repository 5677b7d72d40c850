import { Annotations, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';

const WATCHED = Symbol('cdk-s3-encryption.imported-key');

/** The id of the warning that prints a statement for somebody else's key policy. */
export const OWNER_MUST_ADD = 'cdk-s3-encryption:ImportedKey.ownerMustAddStatement';

/**
 * Makes an imported key warn where the CDK would only report that a statement was not added.
 *
 * The CDK's grants go through `addToResourcePolicy` exactly where the key policy has to change:
 * for service principals and for other accounts. For an imported key that is a silent nothing.
 */
export function warnWhereGrantsDoNothing(key: kms.IKey): kms.IKey {
  const original = key.addToResourcePolicy.bind(key);
  key.addToResourcePolicy = (statement, allowNoOp) => {
    const result = original(statement, allowNoOp);
    if (!result.statementAdded) { warnOwnerMustAdd(key, key, statement); }
    return result;
  };
  Object.defineProperty(key, WATCHED, { value: true });
  return key;
}

/** Whether the key prints by itself what its owner has to add. */
export function warnsByItself(key: kms.IKey): boolean {
  return WATCHED in key;
}

/** Prints the statement that the owner of a key must add to its policy. */
export function warnOwnerMustAdd(scope: IConstruct, key: kms.IKey, statement: iam.PolicyStatement): void {
  const stack = Stack.of(scope);
  const document = JSON.stringify(stack.resolve(statement.toStatementJson()), undefined, 2);
  Annotations.of(scope).addWarningV2(OWNER_MUST_ADD,
    `the policy of the imported key ${JSON.stringify(stack.resolve(key.keyArn))} cannot be changed from here, so unless it allows this already, the grant has no effect until the owner of the key adds this statement to it:\n${document}`);
}
