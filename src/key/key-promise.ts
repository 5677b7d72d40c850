import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { KeyRotation } from './key-rotation';
import type { RotatingS3Key } from './rotating-s3-key';
import { kindOf } from '../private/crypto-actions';
import { at, canonical, finalState, isRetained, missingStatements } from '../private/final-state';
import { bindsToService } from '../private/via-service';

const REMEDY = 'a property injector, an aspect or an override changed it; exempt this key there, or use kms.Key';

/** What a key promised when it was made. */
export interface KeyPromise {
  readonly rotation: KeyRotation;
  readonly pendingWindowDays: number;
  readonly retained: boolean;
  readonly statements: iam.PolicyStatement[];
}

/** What a key no longer keeps of its promise, in the template as it will be deployed. */
export function brokenPromisesOfKey(key: RotatingS3Key, promise: KeyPromise): string[] {
  const resource = key.node.defaultChild;
  if (!kms.CfnKey.isCfnKey(resource)) {
    return [`RotatingS3Key must contain an AWS::KMS::Key as its default child: ${REMEDY}`];
  }
  const state = finalState(resource);
  const { properties } = state;
  const expected: [name: string, wanted: unknown, absentIsFine: boolean][] = [
    ['EnableKeyRotation', true, false],
    ['RotationPeriodInDays', Stack.of(key).resolve(promise.rotation.period.toDays()), false],
    ['PendingWindowInDays', promise.pendingWindowDays, false],
    ['Enabled', true, true], // off, every object under the key would be unreadable
    ['BypassPolicyLockoutSafetyCheck', false, true], // on, a policy could lock everybody out
    ['KeySpec', 'SYMMETRIC_DEFAULT', true],
    ['KeyUsage', 'ENCRYPT_DECRYPT', true],
    ['Origin', 'AWS_KMS', true], // imported material does not rotate
  ];
  const broken = expected
    .filter(([name, wanted, absentIsFine]) => !(absentIsFine && properties[name] === undefined) && canonical(properties[name]) !== canonical(wanted))
    .map(([name, wanted]) => `'${name}' must stay ${printed(wanted)}, got ${JSON.stringify(properties[name])}: ${REMEDY}`);
  if (promise.retained && !isRetained(state)) {
    broken.push(`'DeletionPolicy' must stay Retain, got ${JSON.stringify(state.deletionPolicy)}: ${REMEDY}; to let the key go on purpose, set its 'removalPolicy'`);
  }
  const missing = missingStatements(key, properties.KeyPolicy, promise.statements);
  if (missing.length > 0) {
    broken.push(`'KeyPolicy' must keep the statements ${missing.join(', ')} as they were: ${REMEDY}`);
  }
  return [...broken, ...directUse(properties.KeyPolicy).map((statement) =>
    `'KeyPolicy' must not allow direct use of the key, got ${statement}: ${REMEDY}`)];
}

function printed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Statements by which principals other than AWS services could use the key without a service. */
function directUse(policy: unknown): string[] {
  const statements = at(policy, 'Statement');
  return (Array.isArray(statements) ? statements : []).filter((statement) => {
    const principal = at(statement, 'Principal');
    const actions = [at(statement, 'Action')].flat().filter((action) => typeof action === 'string');
    const onlyServices = typeof principal === 'object' && principal !== null && Object.keys(principal).every((kind) => kind === 'Service');
    return at(statement, 'Effect') === 'Allow'
      && !onlyServices
      && (at(statement, 'NotAction') !== undefined || actions.some((action) => kindOf(action) !== 'administrative'))
      && !bindsToService(at(statement, 'Condition') as Record<string, Record<string, unknown>> | undefined);
  }).map((statement) => JSON.stringify(statement));
}
