import { Stack, Tokenization, Reference } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { flat } from './template-text';
import { canonical } from '../private/final-state';

/** The stack that a template was synthesized from. */
export function stackAt(root: IConstruct, path: string): Stack | undefined {
  return root.node.findAll().find((node): node is Stack => Stack.isStack(node) && node.node.path === path);
}

/**
 * How a stack names keys in its template, as `flat()` writes it: by their ARNs, or by their ids.
 *
 * A key of another stack only where this one refers to it: without that its reference resolves to a logical id of the
 * other stack, which may well be that of another key here.
 */
export function formsIn(stack: Stack, keys: readonly kms.IKey[]): string[] {
  return keys.flatMap(({ keyArn, keyId }) => [keyArn, keyId])
    .filter((text) => Tokenization.reverseString(text).tokens.every((token) => {
      if (!Reference.isReference(token)) { return true; }
      const home = Stack.of(token.target);
      return home === stack || token.displayName.startsWith('AWS::') || canonical(stack.resolve(token)) !== canonical(home.resolve(token));
    }))
    .map((text) => flat(stack.resolve(text)));
}
