import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ValidationError } from './errors';
import { knownToDiffer } from './tokens';

/**
 * Refuses alarms of another account or region.
 *
 * @param because why they would hear of nothing
 */
export function checkAlarmsHere(scope: IConstruct, alarms: IConstruct, because: string): void {
  const [here, there] = [Stack.of(scope), Stack.of(alarms)];
  if (knownToDiffer(here.account, there.account) || knownToDiffer(here.region, there.region)) {
    throw new ValidationError('AlarmsElsewhere', `'alarms' must be in the account and region of this stack, ${here.account} and ${here.region}, got ${there.account} and ${there.region}: ${because}, so make EncryptionAlarms here`, scope);
  }
}
