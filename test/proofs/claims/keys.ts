import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import {
  ADMINISTRATOR, alwaysGuarded, deletion, destroyedWhenIdle, disabling, guarded, hardToDelete, UNKNOWN_DECRYPTS,
} from './guards';
import { KeyAccess, RotatingS3Key, RotatingS3KeyProps } from '../../../src';
import { ANYTHING } from '../fixtures';
import { keyArn, ORGANIZATION, OTHER_ACCOUNT, role } from '../names';
import { allowed, Claims, denied, Proof } from '../proof';
import { Caller, Context, identity, KmsRequest, session, through } from '../request';
import { worldOf } from '../world';

const KEY = keyArn('Key');
const BREAK_GLASS = role('BreakGlass');
const KEY_ADMIN = role('KeyAdmin');
const NAMED = role('Named');
const MANAGER = role('Manager');
const DECRYPTER = role('Decrypter');
const ENCRYPTER = role('Encrypter');
const BOTH = role('Both');
const FOREIGN = role('Foreign', OTHER_ACCOUNT);

const call = (kms: string, context: Context = {}): KmsRequest => ({ kms, keyArn: KEY, context });

/** Keys by themselves: who uses, administers and destroys them. */
export function keys(): Claims[] {
  return [
    keyWorld('A key with its defaults', {}, [ADMINISTRATOR], [
      ...guarded(KEY), ...usedBy('An administrator', identity(ADMINISTRATOR), ['s3'], ['sqs', 'secretsmanager']),
    ]),
    keyWorld('A key with break glass and administrators', {
      breakGlass: [new iam.ArnPrincipal(BREAK_GLASS)], admins: [new iam.ArnPrincipal(KEY_ADMIN)],
    }, [ADMINISTRATOR, BREAK_GLASS], [...alwaysGuarded(KEY), ...hardToDelete(KEY), ...breakGlass()]),
    keyWorld('A key that may be deleted quickly', { allowQuickDeletionBecause: 'a test environment' }, [ADMINISTRATOR], [
      ...alwaysGuarded(KEY), ...destroyedWhenIdle(KEY).filter(({ expected }) => expected === 'allowed'), ...quickly(),
    ]),
    keyWorld('A key of several services', { access: KeyAccess.throughServices('sqs') }, [ADMINISTRATOR], [
      ...guarded(KEY), ...usedBy('An administrator', identity(ADMINISTRATOR), ['s3', 'sqs'], ['sns']), ...grantsThroughServices(),
    ]),
    keyWorld('A key of named principals', { access: KeyAccess.namedPrincipals(new iam.ArnPrincipal(NAMED)) }, [ADMINISTRATOR], [
      ...guarded(KEY), ...usedBy('A named role without a policy', session(NAMED), ['s3'], ['sqs']),
      denied('An administrator who is not named decrypts through S3', identity(ADMINISTRATOR), call('Decrypt', through('s3', identity(ADMINISTRATOR)))),
      denied('An administrator who is not named encrypts through S3', identity(ADMINISTRATOR), call('GenerateDataKey', through('s3', identity(ADMINISTRATOR)))),
    ]),
    keyWorld('A key of nobody', { access: KeyAccess.namedPrincipals() }, [ADMINISTRATOR], [
      ...guarded(KEY),
      denied('An administrator decrypts through S3', identity(ADMINISTRATOR), call('Decrypt', through('s3', identity(ADMINISTRATOR)))),
    ]),
    keyWorld('A key of an organization', { access: KeyAccess.namedPrincipals(new iam.OrganizationPrincipal(ORGANIZATION)) }, [ADMINISTRATOR, FOREIGN], [
      ...guarded(KEY).filter(({ title }) => title !== UNKNOWN_DECRYPTS), ...usedBy('A member', session(FOREIGN, ORGANIZATION), ['s3'], ['sqs']),
      // A statement for `*` asks for no IAM policy within the account: what is left is the permission of S3.
      allowed('A member of the account without any policy decrypts through S3', identity(role('Nobody')), call('Decrypt', through('s3', identity(ADMINISTRATOR)))),
      denied('A role of another organization decrypts through S3', session(FOREIGN, 'o-strangercompany'), call('Decrypt', through('s3', identity(FOREIGN)))),
      denied('A role of no organization decrypts through S3', session(FOREIGN), call('Decrypt', through('s3', identity(FOREIGN)))),
      denied('A member changes the key policy', session(FOREIGN, ORGANIZATION), call('PutKeyPolicy')),
    ]),
    keyWorld('A key with grants of the CDK', {}, [ADMINISTRATOR], [
      ...guarded(KEY), ...usedBy('An administrator', identity(ADMINISTRATOR), ['s3'], ['sqs']), ...grantedOnKey(),
    ], (key) => {
      const named = (name: string, arn: string) => iam.Role.fromRoleArn(key, name, arn);
      key.grantDecrypt(named('Decrypter', DECRYPTER));
      key.grantEncrypt(named('Encrypter', ENCRYPTER));
      key.grantEncryptDecrypt(named('Both', BOTH));
    }),
    keyWorld('A key with statements added by hand', {}, [ADMINISTRATOR, FOREIGN], [
      ...guarded(KEY), ...usedBy('An administrator', identity(ADMINISTRATOR), ['s3'], ['sqs']), ...addedByHand(),
    ], (key) => {
      key.addToResourcePolicy(new iam.PolicyStatement({
        principals: [new iam.ArnPrincipal(FOREIGN)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
      }));
      key.grantAdmin(iam.Role.fromRoleArn(key, 'Manager', MANAGER));
    }),
  ];
}

function keyWorld(
  name: string, props: RotatingS3KeyProps, allPowerful: string[], proofs: Proof[], add: (key: kms.Key) => void = () => undefined,
): Claims {
  const world = worldOf(name, (stack) => {
    const key = new RotatingS3Key(stack, 'Key', props);
    add(key);
    return Object.fromEntries(allPowerful.map((arn) => [arn, [ANYTHING]]));
  });
  const used = props.breakGlass === undefined && props.allowQuickDeletionBecause === undefined
    ? [] : usedBy('An administrator', identity(ADMINISTRATOR), ['s3'], ['sqs']);
  return { world, proofs: [...proofs, ...used] };
}

function usedBy(who: string, caller: Caller, services: string[], refused: string[]): Proof[] {
  return ['Decrypt', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom'].flatMap((action) => [
    ...services.map((name) => allowed(`${who} calls ${action} through ${name}`, caller, call(action, through(name, caller)))),
    ...refused.map((name) => denied(`${who} calls ${action} through ${name}`, caller, call(action, through(name, caller)))),
    ...who === 'An administrator' ? [] : [denied(`${who} calls ${action} directly`, caller, call(action))],
  ]);
}

function breakGlass(): Proof[] {
  const administrator = identity(ADMINISTRATOR);
  const breaker = session(BREAK_GLASS);
  const admin = session(KEY_ADMIN);
  const namesake = session(role('BreakGlass', OTHER_ACCOUNT));
  return [
    denied('An administrator deletes an idle key', administrator, deletion(KEY, { window: 30, idle: 90 })),
    denied('An administrator disables an idle key', administrator, disabling(KEY, 90)),
    denied('An administrator turns the rotation off', administrator, call('DisableKeyRotation')),
    denied('An administrator deletes imported key material', administrator, call('DeleteImportedKeyMaterial')),
    allowed('Break glass deletes an idle key', breaker, deletion(KEY, { window: 30, idle: 30 })),
    allowed('Break glass disables a key in use', breaker, disabling(KEY, 0)),
    allowed('Break glass turns the rotation off', breaker, call('DisableKeyRotation')),
    denied('Break glass deletes a key in use', breaker, deletion(KEY, { window: 30, idle: 29 })),
    denied('Break glass deletes an idle key within 7 days', breaker, deletion(KEY, { window: 7, idle: 90 })),
    denied('Break glass decrypts directly', breaker, call('Decrypt')),
    denied('A role with the name of break glass in another account disables the key', namesake, disabling(KEY, 90)),
    ...['PutKeyPolicy', 'EnableKey', 'RotateKeyOnDemand', 'DescribeKey'].map((action) => (
      allowed(`A named administrator without a policy calls ${action}`, admin, call(action)))),
    ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'CreateGrant'].map((action) => (
      denied(`A named administrator without a policy calls ${action}`, admin, call(action)))),
    denied('A named administrator without a policy decrypts through S3', admin, call('Decrypt', through('s3', admin))),
    denied('A named administrator who is not break glass deletes an idle key', admin, deletion(KEY, { window: 30, idle: 90 })),
    denied('A named administrator who is not break glass turns the rotation off', admin, call('DisableKeyRotation')),
  ];
}

function quickly(): Proof[] {
  const administrator = identity(ADMINISTRATOR);
  return [
    allowed('An administrator deletes a key in use within 7 days', administrator, deletion(KEY, { window: 7, idle: 0 })),
    allowed('An administrator disables a key in use', administrator, disabling(KEY, 0)),
    denied('A role without any policy deletes the key', identity(role('Nobody')), deletion(KEY, { window: 7, idle: 90 })),
  ];
}

function grantsThroughServices(): Proof[] {
  const administrator = identity(ADMINISTRATOR);
  const grant = (name: string, forResource?: string): KmsRequest => call('CreateGrant', {
    ...through(name, administrator), ...forResource === undefined ? {} : { 'kms:GrantIsForAWSResource': forResource },
  });
  return [
    allowed('An administrator creates a grant for a resource through an admitted service', administrator, grant('sqs', 'true')),
    denied('An administrator creates a grant for a principal through an admitted service', administrator, grant('sqs', 'false')),
    denied('An administrator creates a grant through an admitted service that does not say for whom', administrator, grant('sqs')),
    denied('An administrator creates a grant for a resource through another service', administrator, grant('sns', 'true')),
  ];
}

function grantedOnKey(): Proof[] {
  const abilities: [string, Caller, string[]][] = [
    ['grantDecrypt', session(DECRYPTER), ['Decrypt']],
    ['grantEncrypt', session(ENCRYPTER), ['Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo']],
    ['grantEncryptDecrypt', session(BOTH), ['Decrypt', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo']],
  ];
  return abilities.flatMap(([name, caller, gives]) => [
    ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'].flatMap((action): Proof[] => [
      {
        title: `A grantee of ${name} calls ${action} through S3`,
        caller,
        request: call(action, through('s3', caller)),
        expected: gives.includes(action) ? 'allowed' : 'denied',
      },
      denied(`A grantee of ${name} calls ${action} directly`, caller, call(action)),
      denied(`A grantee of ${name} calls ${action} through SQS`, caller, call(action, through('sqs', caller))),
    ]),
    denied(`A grantee of ${name} changes the key policy`, caller, call('PutKeyPolicy')),
    denied(`A grantee of ${name} creates a grant`, caller, call('CreateGrant', { 'kms:GrantIsForAWSResource': 'true' })),
  ]);
}

function addedByHand(): Proof[] {
  const foreign = identity(FOREIGN);
  const manager = identity(MANAGER);
  return [
    ...['PutKeyPolicy', 'RotateKeyOnDemand', 'DescribeKey', 'EnableKeyRotation'].map((action) => (
      allowed(`A grantee of grantAdmin calls ${action}`, manager, call(action)))),
    ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'CreateGrant'].map((action) => (
      denied(`A grantee of grantAdmin calls ${action}`, manager, call(action)))),
    denied('A grantee of grantAdmin decrypts through S3', manager, call('Decrypt', through('s3', manager))),
    ...['Decrypt', 'GenerateDataKey'].flatMap((action) => [
      allowed(`A foreign role with a statement calls ${action} through S3`, foreign, call(action, through('s3', foreign))),
      denied(`A foreign role with a statement calls ${action} directly`, foreign, call(action)),
      denied(`A foreign role with a statement calls ${action} through SQS`, foreign, call(action, through('sqs', foreign))),
    ]),
    allowed('A foreign role with a statement describes the key directly', foreign, call('DescribeKey')),
    denied('A foreign role with a statement changes the key policy', foreign, call('PutKeyPolicy')),
    denied('A foreign role with a statement creates a grant', foreign, call('CreateGrant', { 'kms:GrantIsForAWSResource': 'true' })),
  ];
}
