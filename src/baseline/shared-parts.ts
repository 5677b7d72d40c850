import { Annotations, Stack, Stage } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import type { WatchParts } from './watch-parts';
import { ValidationError } from '../private/errors';

/** The id that the parts of a stack are under, where nobody made an `EncryptionAccountBaseline`. Contract: the trail and its key are there. */
export const SHARED_ID = 'EncryptionAccountBaseline';

/** Whether the stack has everything, or leaves to an account baseline elsewhere what that has. */
export type SharedKind = 'here' | 'elsewhere';

interface Shared {
  readonly kind: SharedKind;
  readonly parts: WatchParts;
}

const PARTS = new WeakMap<Stack, Shared>();

/** What the baselines of a stack share, made by the first of them that needs it. */
export function sharedPartsOf(scope: Construct, kind: SharedKind, make: (home: Construct) => WatchParts): WatchParts {
  const stack = Stack.of(scope);
  const known = PARTS.get(stack);
  if (known !== undefined) {
    if (known.kind !== kind) {
      throw new ValidationError('AccountDiffers', '\'account\' must be the same for all baselines of a stack, which share what it says, got BaselineAccount.deployedElsewhere() beside what this stack has itself: give it to all of them or to none, or move one to another stack', scope);
    }
    return known.parts;
  }
  if (stack.node.tryFindChild(SHARED_ID) !== undefined) {
    throw new ValidationError('SharedIdTaken', `the stack must have nothing else with the id '${SHARED_ID}', under which its baselines share their trail and alarms: rename that, or give 'account'`, scope);
  }
  if (kind === 'here') { warnOfSecond(scope, stack); }
  const parts = make(new Construct(stack, SHARED_ID));
  PARTS.set(stack, { kind, parts });
  return parts;
}

const HERE = new WeakMap<IConstruct, Stack[]>();

/** Two stacks of an account and region that know nothing of each other pay for a trail each, and tell of the account twice. */
function warnOfSecond(scope: Construct, stack: Stack): void {
  const root = scope.node.root;
  const known = HERE.get(root) ?? [];
  HERE.set(root, [...known, stack]);
  const other = known.find((one) => one.account === stack.account && one.region === stack.region && Stage.of(one) === Stage.of(stack));
  if (other !== undefined) {
    Annotations.of(scope).addWarningV2('cdk-s3-encryption:EncryptionBaseline.accountTwice',
      `the stack ${other.node.path} of the same account and region has a trail and alarms of the account already, and this one gets them again: share them with account: BaselineAccount.use() and one EncryptionAccountBaseline, or acknowledge this`);
  }
}

/** An `EncryptionAccountBaseline` is what the baselines of its stack share. */
export function shareParts(scope: Construct, parts: WatchParts): void {
  const stack = Stack.of(scope);
  if (PARTS.has(stack)) {
    throw new ValidationError('AccountBaselineTwice', 'a stack must have one EncryptionAccountBaseline, made before the baselines that share it, got one after a baseline that shares already, or a second one: move it before them, or give its parts to the first', scope);
  }
  warnOfSecond(scope, stack);
  PARTS.set(stack, { kind: 'here', parts });
}
