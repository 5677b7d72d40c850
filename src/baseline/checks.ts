import { Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { BaselineAccount } from './parts/baseline-account';
import type { WatchParts } from './watch-parts';
import type { EncryptionAlarms, Notify } from '../monitoring';
import { ValidationError } from '../private/errors';
import { referentOf } from '../private/tokens';

const WITH_BASELINE = new WeakSet<object>();

/** Two baselines of a bucket would tell everything twice, and bring its objects under the key twice. */
export function checkOnce(scope: Construct, bucket: s3.IBucket): void {
  if (WITH_BASELINE.has(bucket)) {
    throw new ValidationError('BaselineTwice', `'bucket' must have one baseline, got a second one for ${bucket.node.path}: use the first`, scope);
  }
  WITH_BASELINE.add(bucket);
}

/** What is given is about the bucket of the baseline. */
export function checkSameBucket(scope: Construct, prop: string, bucket: s3.IBucket, given: Construct, bucketName: string): void {
  if (referentOf(scope, bucketName) !== referentOf(scope, bucket.bucketName)) {
    throw new ValidationError('OtherBucket', `'${prop}' must be of the bucket of the baseline, ${bucket.node.path}, got ${given.node.path}, which is of another one: leave it out for one of its own`, scope);
  }
}

/** The alarms of a report name the topic of those that tell, which watch the bucket. */
export function checkReportHere(scope: Construct, alarms: EncryptionAlarms | undefined): void {
  if (alarms !== undefined && Stack.of(alarms) !== Stack.of(scope)) {
    throw new ValidationError('AlarmsInOtherStack', `'objectReport' must not be made where the alarms are in another stack, ${Stack.of(alarms).node.path}, which names the bucket, so that each would wait for the other: give this baseline alarms of its own, or make an ObjectEncryptionReport with ObjectSource.existingMetadataTables() in the stack of the alarms, which changes nothing about the bucket`, scope);
  }
}

/** Metrics, rules and findings are of one account and region. */
export function checkAccount(scope: Construct, account: BaselineAccount | undefined): void {
  if (account?._account === undefined) { return; }
  const [here, there] = [Stack.of(scope), Stack.of(account._account)];
  for (const what of ['account', 'region'] as const) {
    if (here[what] !== there[what]) {
      throw new ValidationError('AccountElsewhere', `'account' must be of the ${what} of this stack, got an account baseline in ${there.node.path}, whose ${what} is another or is not known: give both stacks the same env, or BaselineAccount.deployedElsewhere()`, scope);
    }
  }
}

/** The account's stack names the bucket and its key, so neither can be of a stack that this one waits for. */
export function checkStackOfKey(scope: Construct, key: kms.IKey | undefined, watcher: Construct | undefined): void {
  if (key?.node.defaultChild === undefined || watcher === undefined) { return; }
  const [here, there] = [Stack.of(scope), Stack.of(watcher)];
  if (Stack.of(key) === there && here !== there) {
    throw new ValidationError('KeyInStackOfAccount', `'key' must not be in ${there.node.path}, the stack that watches the bucket from there, since each would wait for the other, got ${key.node.path}: make the key in this stack or in a third one`, scope);
  }
}

/** The permission of a function is made in its own stack and names the topic of the alarms. */
export function checkLambdas(scope: Construct, parts: WatchParts, notify: readonly Notify[]): void {
  const alarms = parts.isOwn('alarms') ? undefined : parts.alarms();
  for (const { _kind } of alarms === undefined ? [] : notify) {
    if (_kind.to !== 'lambda' || alarms === undefined || Stack.of(alarms) === Stack.of(scope)) { continue; }
    if (Stack.of(_kind.function) !== Stack.of(alarms) && _kind.function.node.defaultChild !== undefined) {
      throw new ValidationError('FunctionInStackOfBucket', `'notify' must name functions of ${Stack.of(alarms).node.path}, the stack of the alarms, which names the bucket, so that each would wait for the other, got ${_kind.function.node.path}: make the function there, or import it with Function.fromFunctionArn()`, scope);
    }
  }
}
