import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EncryptionAlarms } from '../monitoring';
import { ValidationError } from '../private/errors';
import { knownToDiffer } from '../private/tokens';

/** Findings are delivered in the account and region of what they are about. */
export function checkAlarmsHere(scope: Construct, alarms: EncryptionAlarms): void {
  const [here, there] = [Stack.of(scope), Stack.of(alarms)];
  if (knownToDiffer(here.account, there.account) || knownToDiffer(here.region, there.region)) {
    throw new ValidationError('AlarmsElsewhere', `'alarms' must be in the account and region of this stack, ${here.account} and ${here.region}, got ${there.account} and ${there.region}: findings are delivered here only, so make EncryptionAlarms here`, scope);
  }
}
