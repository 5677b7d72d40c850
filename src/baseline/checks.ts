import { Stack, Stage, Token } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import type { BaselineAccount } from './parts/baseline-account';
import type { WatchParts } from './watch-parts';
import type { EncryptionBackfillJob } from '../backfill';
import type { EncryptionAlarms, Notify } from '../monitoring';
import { ValidationError } from '../private/errors';
import { keyBehind } from '../private/key-by-arn';
import { referentOf } from '../private/tokens';

const WITH_BASELINE = new WeakMap<IConstruct, Map<string, s3.IBucket>>();

/** Two baselines of a bucket, by whatever construct it is known, would tell everything twice, and bring its objects under the key twice. */
export function checkOnce(scope: Construct, bucket: s3.IBucket): void {
  const app = Stage.of(scope) ?? scope.node.root;
  const known = WITH_BASELINE.get(app) ?? new Map<string, s3.IBucket>();
  WITH_BASELINE.set(app, known);
  const { env: { account, region }, bucketName } = bucket;
  // A name put together of what is known on deployment only may be another bucket in each stack.
  const mayDiffer = Token.isUnresolved(account) || Token.isUnresolved(region);
  const home = bucket.node.defaultChild === undefined && mayDiffer && Token.isUnresolved(bucketName) ? Stack.of(bucket).node.addr : '';
  const name = [home, ...[account, region, bucketName].map((text) => referentOf(bucket, text))].join(' ');
  const other = known.get(name);
  if (other !== undefined) {
    throw new ValidationError('BaselineTwice', `'bucket' must have one baseline, got a second one for ${bucket.node.path}${other === bucket ? '' : `, which is ${other.node.path} by another construct`}: use the first`, scope);
  }
  known.set(name, bucket);
}

/** What is given is about the bucket of the baseline. */
export function checkSameBucket(scope: Construct, prop: string, bucket: s3.IBucket, given: Construct, bucketName: string): void {
  if (referentOf(scope, bucketName) !== referentOf(scope, bucket.bucketName)) {
    throw new ValidationError('OtherBucket', `'${prop}' must be of the bucket of the baseline, ${bucket.node.path}, got ${given.node.path}, which is of another one: leave it out for one of its own`, scope);
  }
}

/** A backfill that is given brings objects under the key that everything else looks for. */
export function checkSameKey(scope: Construct, key: kms.IKey | undefined, job: EncryptionBackfillJob): void {
  if (key === undefined || referentOf(scope, keyBehind(key).keyArn) === referentOf(scope, keyBehind(job._key).keyArn)) { return; }
  throw new ValidationError('OtherKey', `'backfill' must bring objects under the key of the baseline, ${key.node.path}, got ${job.node.path}, which brings them under ${job._key.node.path}: give 'key' the key of that job, or a job of that key`, scope);
}

/** The alarms of a report name the topic of those that tell, which watch the bucket. */
export function checkReportHere(scope: Construct, alarms: EncryptionAlarms | undefined): void {
  if (alarms !== undefined && Stack.of(alarms) !== Stack.of(scope)) {
    throw new ValidationError('AlarmsInOtherStack', `'objectReport' must not be made where the alarms are in another stack, ${Stack.of(alarms).node.path}, which names the bucket, so that each would wait for the other: make an ObjectEncryptionReport with ObjectSource.existingMetadataTables() in the stack of the alarms, which changes nothing about the bucket; or give this baseline both alarms: BaselineAlarms.make() and auditTrail: BaselineAuditTrail.make(), a second trail that is paid for, since alarms count in a trail of their own stack`, scope);
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

/**
 * A stack that watches the bucket names it and its key, so what the bucket needs cannot be in it.
 *
 * @param prop what the user gave
 */
export function checkStackOf(
  scope: Construct, prop: string, needed: kms.IKey | s3.IBucket | undefined, watchers: readonly (Construct | undefined)[],
): void {
  if (needed?.node.defaultChild === undefined) { return; }
  const here = Stack.of(scope);
  const there = watchers.flatMap((one) => (one === undefined ? [] : [Stack.of(one)])).find((stack) => stack !== here && stack === Stack.of(needed));
  if (there !== undefined) {
    throw new ValidationError('NeededInStackOfAccount', `'${prop}' must not be in ${there.node.path}, the stack that watches the bucket from there, since each would wait for the other, got ${needed.node.path}: make it in the stack of the bucket or in a third one`, scope);
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
