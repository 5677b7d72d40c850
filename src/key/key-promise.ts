import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { KeyRotation } from './key-rotation';
import type { RotatingS3Key } from './rotating-s3-key';
import { at, finalState, missingStatements } from '../private/final-state';

const REMEDY = 'a property injector, an aspect or an override changed it; exempt this key there, or use kms.Key';

/** What a key no longer keeps of its promise, in the template as it will be deployed. */
export function brokenPromisesOfKey(key: RotatingS3Key, rotation: KeyRotation, promised: iam.PolicyStatement[]): string[] {
  const resource = key.node.defaultChild;
  if (!kms.CfnKey.isCfnKey(resource)) {
    return [`RotatingS3Key must contain an AWS::KMS::Key as its default child: ${REMEDY}`];
  }
  const { properties } = finalState(resource);
  const broken: string[] = [];
  if (properties.EnableKeyRotation !== true) {
    broken.push(`'EnableKeyRotation' must stay true, got ${JSON.stringify(properties.EnableKeyRotation)}: ${REMEDY}`);
  }
  const period = properties.RotationPeriodInDays;
  if (typeof period === 'number' && !rotation.period.isUnresolved() && period !== rotation.period.toDays()) {
    broken.push(`'RotationPeriodInDays' must stay ${rotation.period.toDays()}, got ${period}: ${REMEDY}`);
  }
  if (properties.Enabled === false) {
    broken.push(`'Enabled' must not be false, since every object under the key would be unreadable: ${REMEDY}`);
  }
  if (properties.BypassPolicyLockoutSafetyCheck === true) {
    broken.push(`'BypassPolicyLockoutSafetyCheck' must not be true, since it lets a policy lock everybody out of the key: ${REMEDY}`);
  }
  if (properties.KeySpec !== undefined && properties.KeySpec !== 'SYMMETRIC_DEFAULT') {
    broken.push(`'KeySpec' must stay SYMMETRIC_DEFAULT, the only one that S3 encrypts with, got ${JSON.stringify(properties.KeySpec)}: ${REMEDY}`);
  }
  const missing = missingStatements(key, properties.KeyPolicy, promised);
  if (missing.length > 0) {
    broken.push(`'KeyPolicy' must keep the statements ${missing.join(', ')} as they were: ${REMEDY}`);
  }
  for (const statement of directUse(properties.KeyPolicy)) {
    broken.push(`'KeyPolicy' must not allow direct use, got ${statement}: ${REMEDY}`);
  }
  return broken;
}

/** Statements that let everybody in the account do everything, as the CDK's default policy does. */
function directUse(policy: unknown): string[] {
  const statements = at(policy, 'Statement');
  return (Array.isArray(statements) ? statements : [])
    .filter((statement) => at(statement, 'Effect') === 'Allow' && at(statement, 'Action') === 'kms:*' && at(statement, 'Condition') === undefined)
    .map((statement) => JSON.stringify(statement));
}
