import { GRANTOR, role } from '../names';
import { allowed, denied, Proof } from '../proof';
import { Context, identity, KmsRequest, through } from '../request';

/** Has a policy that allows everything on everything, which each world has to say. */
export const ADMINISTRATOR = role('Administrator');

/** The one claim that a key of a whole organization cannot make. */
export const UNKNOWN_DECRYPTS = 'A role without any policy decrypts through S3';

/** How a deletion may be asked for. Days. */
interface Deletion {
  readonly window?: number;
  readonly idle: number;
}

export function deletion(key: string, { window, idle }: Deletion): KmsRequest {
  return {
    kms: 'ScheduleKeyDeletion',
    keyArn: key,
    context: {
      'kms:TrailingDaysWithoutKeyUsage': `${idle}`,
      ...window === undefined ? {} : { 'kms:ScheduleKeyDeletionPendingWindowInDays': `${window}` },
    },
  };
}

export function disabling(key: string, idle: number): KmsRequest {
  return { kms: 'DisableKey', keyArn: key, context: { 'kms:TrailingDaysWithoutKeyUsage': `${idle}` } };
}

/** What holds for every key of this library. */
export function alwaysGuarded(key: string): Proof[] {
  const administrator = identity(ADMINISTRATOR);
  const grantor = identity(GRANTOR);
  const call = (kms: string, context: Context = {}): KmsRequest => ({ kms, keyArn: key, context });
  return [
    ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo', 'CreateGrant'].map((action) => (
      denied(`An administrator calls ${action} directly`, administrator, call(action)))),
    denied('An administrator decrypts through a service that is not admitted', administrator, call('Decrypt', through('ec2', administrator))),
    denied('An administrator decrypts through S3 of another region', administrator, call('Decrypt', through('s3', administrator, 'us-east-1'))),
    denied('A role without any policy changes the key policy', identity(role('Nobody')), call('PutKeyPolicy')),
    denied(UNKNOWN_DECRYPTS, identity(role('Nobody')), call('Decrypt', through('s3', administrator))),
    allowed('A role that was admitted by hand creates a grant for a resource of AWS', grantor, call('CreateGrant', { 'kms:GrantIsForAWSResource': 'true' })),
    denied('A role that was admitted by hand creates a grant for a principal', grantor, call('CreateGrant', { 'kms:GrantIsForAWSResource': 'false' })),
    denied('A role that was admitted by hand creates a grant where KMS does not say for whom', grantor, call('CreateGrant')),
    // The role that deploys is an administrator: it must be able to undo every change.
    ...['PutKeyPolicy', 'GetKeyPolicy', 'DescribeKey', 'EnableKey', 'EnableKeyRotation', 'CancelKeyDeletion', 'TagResource', 'UpdateKeyDescription', 'RotateKeyOnDemand'].map((action) => (
      allowed(`The role that deploys calls ${action}`, administrator, call(action)))),
  ];
}

/** What holds unless quick deletion is allowed. */
export function hardToDelete(key: string): Proof[] {
  const administrator = identity(ADMINISTRATOR);
  return [
    denied('An administrator deletes an idle key within 7 days', administrator, deletion(key, { window: 7, idle: 90 })),
    denied('An administrator deletes an idle key within 29 days', administrator, deletion(key, { window: 29, idle: 90 })),
    denied('An administrator deletes a key that was used today', administrator, deletion(key, { window: 30, idle: 0 })),
    denied('An administrator deletes a key that was used 29 days ago', administrator, deletion(key, { idle: 29 })),
  ];
}

/** What holds unless destroying is reserved to some. */
export function destroyedWhenIdle(key: string): Proof[] {
  const administrator = identity(ADMINISTRATOR);
  return [
    allowed('An administrator deletes a key that was idle for 30 days, within 30 days', administrator, deletion(key, { window: 30, idle: 30 })),
    allowed('An administrator deletes an idle key and names no waiting period', administrator, deletion(key, { idle: 90 })),
    denied('An administrator disables a key that was used today', administrator, disabling(key, 0)),
    allowed('An administrator disables a key that was idle for 30 days', administrator, disabling(key, 30)),
    allowed('An administrator turns the rotation off', administrator, { kms: 'DisableKeyRotation', keyArn: key }),
  ];
}

/** What holds for a key with its default props. */
export function guarded(key: string): Proof[] {
  return [...alwaysGuarded(key), ...hardToDelete(key), ...destroyedWhenIdle(key)];
}
