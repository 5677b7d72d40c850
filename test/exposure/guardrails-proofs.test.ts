import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EncryptionGuardrails } from '../../src';
import { ANYTHING } from '../proofs/fixtures';
import { ACCOUNT, keyArn, LONE_ACCOUNT, ORGANIZATION, OTHER_ACCOUNT, OTHER_ORGANIZATION, role } from '../proofs/names';
import { type Caller, identity, type Request, service, session } from '../proofs/request';
import { simulate } from '../proofs/simulate';
import { type Policy, type World, worldOf } from '../proofs/world';

const ADMINISTRATOR = role('Administrator');
const BREAK_GLASS = role('BreakGlass');
const DEPLOYMENT = role(`cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-eu-west-1`);
const STRANGER = role('Stranger', OTHER_ACCOUNT);
const LONER = role('Loner', LONE_ACCOUNT);
const SECURITY = role('Security');
const BACKFILL = role('Orders-BackfillBatchRole1A2B');
/** Keys of a stranger of another organization, and of one of none, whose policies admit everybody: as ransom has it. */
const FOREIGN_KEY = keyArn('Foreign', OTHER_ACCOUNT);
const LONE_KEY = keyArn('Lone', LONE_ACCOUNT);

/** A bucket and a key that nobody hardened: only the guardrails stand in the way. */
const guarded: World = withForeignKeys(worldOf('An organization with guardrails', (stack) => {
  new EncryptionGuardrails(stack, 'Guardrails', {
    organizationId: ORGANIZATION,
    keyDeletionRoleArns: ['arn:aws:iam::*:role/BreakGlass'],
    encryptionChangeRoleArns: ['arn:aws:iam::*:role/cdk-hnb659fds-cfn-exec-role-*'],
    objectEncryptionChangeRoleArns: ['arn:aws:iam::*:role/Orders-Backfill*'],
    roleAdministratorArns: ['arn:aws:iam::*:role/Security'],
    targetIds: [ACCOUNT],
  });
  const key = new kms.Key(stack, 'Key');
  const bucket = new s3.Bucket(stack, 'Data', { bucketName: 'data', encryptionKey: key });
  bucket.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.ArnPrincipal(STRANGER), new iam.ArnPrincipal(LONER)],
    actions: ['s3:PutObject', 's3:GetObject', 's3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration', 's3:UpdateObjectEncryption'],
    resources: [bucket.bucketArn, bucket.arnForObjects('*')],
  }));
  bucket.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')], actions: ['s3:PutObject'], resources: [bucket.arnForObjects('*')],
  }));
  return Object.fromEntries([ADMINISTRATOR, BREAK_GLASS, DEPLOYMENT, SECURITY, BACKFILL, STRANGER, LONER].map((arn) => [arn, [ANYTHING]]));
}));
const free: World = { ...guarded, guardrails: undefined };
const [KEY] = guarded.policies.filter(({ kind, attachedTo: [arn] }) => kind === 'key' && !isForeign(arn)).map(({ attachedTo: [arn] }) => arn);

function isForeign(arn: string): boolean { return arn === FOREIGN_KEY || arn === LONE_KEY; }

function withForeignKeys(world: World): World {
  const policy: Policy = {
    kind: 'key',
    attachedTo: [FOREIGN_KEY, LONE_KEY],
    document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' }] },
  };
  return { ...world, policies: [...world.policies, policy] };
}

const upload = (headers?: object, more: object = {}): Request => ({ s3: 'PutObject', bucket: 'data', object: 'a', headers, ...more });
const moved = (key: string): Request => ({ s3: 'UpdateObjectEncryption', bucket: 'data', object: 'a', headers: { algorithm: 'aws:kms', keyArn: key } });
const administrator = identity(ADMINISTRATOR);

describe('stopped, and allowed without the guardrails', () => {
  test.each<[string, Caller, Request]>([
    ['an upload under a key of the client', administrator, upload({ customerKey: true })],
    ['such an upload from another account', identity(STRANGER), upload({ customerKey: true })],
    ['an object replicated under a key of a client', administrator, { s3: 'ReplicateObject', bucket: 'data', object: 'a', headers: { customerKey: true } }],
    ['plain HTTP', administrator, { s3: 'GetObject', bucket: 'data', object: 'a', transport: 'plain HTTP' }],
    ['a listing by plain HTTP', administrator, { s3: 'ListBucket', bucket: 'data', transport: 'plain HTTP' }],
    ['a deletion by plain HTTP', administrator, { s3: 'DeleteObject', bucket: 'data', object: 'a', transport: 'plain HTTP' }],
    ['plain HTTP from another account', identity(STRANGER), upload({ algorithm: 'AES256' }, { transport: 'plain HTTP' })],
    ['an upload under the key of a stranger', administrator, upload({ algorithm: 'aws:kms', keyArn: FOREIGN_KEY })],
    ['an upload under the key of somebody of no organization', administrator, upload({ algorithm: 'aws:kms', keyArn: LONE_KEY })],
    ['an object moved to another key of the account', administrator, moved(KEY)],
    ['an object moved by a deployment', identity(DEPLOYMENT), moved(KEY)],
    ['an object moved to the key of a stranger', administrator, moved(FOREIGN_KEY)],
    ['and by a backfill', identity(BACKFILL), moved(FOREIGN_KEY)],
    ['encrypting under the key of a stranger', administrator, { kms: 'Encrypt', keyArn: FOREIGN_KEY }],
    ['re-encrypting under it', administrator, { kms: 'ReEncryptTo', keyArn: FOREIGN_KEY }],
    ['a data key without plaintext of it', administrator, { kms: 'GenerateDataKeyWithoutPlaintext', keyArn: FOREIGN_KEY }],
    ['the deletion of a key', administrator, { kms: 'ScheduleKeyDeletion', keyArn: KEY }],
    ['disabling a key', administrator, { kms: 'DisableKey', keyArn: KEY }],
    ['a policy that locks everybody out', administrator, { kms: 'PutKeyPolicy', keyArn: KEY, context: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } }],
    ['a key that was made so', administrator, { kms: 'CreateKey', keyArn: KEY, context: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } }],
    ['material that expires', administrator, { kms: 'ImportKeyMaterial', keyArn: KEY, context: { 'kms:ExpirationModel': 'KEY_MATERIAL_EXPIRES' } }],
    ['the deletion of its material', administrator, { kms: 'DeleteImportedKeyMaterial', keyArn: KEY }],
    ['the deletion of the store of a key', administrator, { kms: 'DeleteCustomKeyStore', keyArn: KEY }],
    ['a store that is disconnected', administrator, { kms: 'DisconnectCustomKeyStore', keyArn: KEY }],
    ['another store', administrator, { kms: 'UpdateCustomKeyStore', keyArn: KEY }],
    ['the deletion of a key in a session', session(ADMINISTRATOR), { kms: 'ScheduleKeyDeletion', keyArn: KEY }],
    ['the deletion of a key by a deployment', identity(DEPLOYMENT), { kms: 'ScheduleKeyDeletion', keyArn: KEY }],
    ['another default encryption', administrator, { s3: 'PutEncryptionConfiguration', bucket: 'data' }],
    ['another default encryption from another organization', identity(STRANGER, OTHER_ORGANIZATION), { s3: 'PutEncryptionConfiguration', bucket: 'data' }],
    ['another default encryption from no organization', identity(LONER), { s3: 'PutEncryptionConfiguration', bucket: 'data' }],
    ['another default encryption by who may delete keys', identity(BREAK_GLASS), { s3: 'PutEncryptionConfiguration', bucket: 'data' }],
  ])('%s', async (_, caller, request) => {
    expect(await simulate(free, caller, request)).toBe('allowed');
    expect(await simulate(guarded, caller, request)).toBe('denied');
  });
});

describe('not stopped', () => {
  test.each<[string, Caller, Request]>([
    ['an upload without headers', administrator, upload()],
    ['an upload under SSE-S3', administrator, upload({ algorithm: 'AES256' })],
    ['an upload under a key of the account', administrator, upload({ algorithm: 'aws:kms', keyArn: KEY })],
    ['a multipart upload', administrator, upload({ algorithm: 'aws:kms', keyArn: KEY }, { decryptsToo: true })],
    ['a replica', administrator, { s3: 'ReplicateObject', bucket: 'data', object: 'a' }],
    ['a listing', administrator, { s3: 'ListBucket', bucket: 'data' }],
    ['a new bucket', administrator, { s3: 'CreateBucket', bucket: 'data' }],
    ['another bucket policy', administrator, { s3: 'PutBucketPolicy', bucket: 'data' }],
    ['a new key', administrator, { kms: 'CreateKey', keyArn: KEY, context: { 'kms:BypassPolicyLockoutSafetyCheck': 'false' } }],
    ['another key policy', administrator, { kms: 'PutKeyPolicy', keyArn: KEY, context: { 'kms:BypassPolicyLockoutSafetyCheck': 'false' } }],
    ['another key policy by a caller who does not say', administrator, { kms: 'PutKeyPolicy', keyArn: KEY }],
    ['material that does not expire', administrator, { kms: 'ImportKeyMaterial', keyArn: KEY, context: { 'kms:ExpirationModel': 'KEY_MATERIAL_DOES_NOT_EXPIRE' } }],
    ['a key enabled again', administrator, { kms: 'EnableKey', keyArn: KEY }],
    ['a tag on a key', administrator, { kms: 'TagResource', keyArn: KEY }],
    ['a grant', administrator, { kms: 'CreateGrant', keyArn: KEY }],
    ['less rotation, which another rule finds', administrator, { kms: 'DisableKeyRotation', keyArn: KEY }],
    ['looking at the key of a stranger', administrator, { kms: 'DescribeKey', keyArn: FOREIGN_KEY }],
    ['re-encrypting from the key of a stranger', administrator, { kms: 'ReEncryptFrom', keyArn: FOREIGN_KEY }],
    ['a read', administrator, { s3: 'GetObject', bucket: 'data', object: 'a' }],
    ['a read by another account, by TLS', identity(STRANGER), { s3: 'GetObject', bucket: 'data', object: 'a', headers: {} }],
    ['decrypting what a stranger encrypted', administrator, { kms: 'Decrypt', keyArn: FOREIGN_KEY }],
    ['the deletion of a key by who is named', identity(BREAK_GLASS), { kms: 'ScheduleKeyDeletion', keyArn: KEY }],
    ['and in a session of it', session(BREAK_GLASS), { kms: 'ScheduleKeyDeletion', keyArn: KEY }],
    ['a deletion that is called off, by anybody', administrator, { kms: 'CancelKeyDeletion', keyArn: KEY }],
    ['an object moved by a backfill', identity(BACKFILL), moved(KEY)],
    ['another default encryption by a deployment', identity(DEPLOYMENT), { s3: 'PutEncryptionConfiguration', bucket: 'data' }],
    ['reading the configuration from another account', identity(STRANGER, OTHER_ORGANIZATION), { s3: 'GetEncryptionConfiguration', bucket: 'data' }],
    ['reading the configuration', administrator, { s3: 'GetEncryptionConfiguration', bucket: 'data' }],
  ])('%s', async (_, caller, request) => {
    // What KMS says to the other account is about the key of the bucket, which does not admit it: not asked here.
    const world = [STRANGER, LONER].includes(caller.principal) && 's3' in request ? { ...guarded, buckets: {} } : guarded;
    expect(await simulate(world, caller, request)).toBe('allowed');
  });

  test('services that deliver to buckets', async () => {
    const delivery = service('logging.s3.amazonaws.com', { account: ACCOUNT });
    expect(await simulate(guarded, delivery, upload({ algorithm: 'AES256' }))).toBe('allowed');
  });

  test('who administers the roles that are excepted', async () => {
    const forged = (action: string): Request => ({ iam: action, role: role('BreakGlass') });
    for (const action of ['CreateRole', 'UpdateAssumeRolePolicy', 'PutRolePolicy', 'AttachRolePolicy']) {
      expect(await simulate(free, administrator, forged(action))).toBe('allowed');
      expect(await simulate(guarded, administrator, forged(action))).toBe('denied');
      expect(await simulate(guarded, identity(SECURITY), forged(action))).toBe('allowed');
      expect(await simulate(guarded, administrator, { iam: action, role: role('Application') })).toBe('allowed');
    }
  });
});

test('roles of backfills are made by who deploys them, and by nobody else', async () => {
  for (const action of ['CreateRole', 'UpdateAssumeRolePolicy', 'PutRolePolicy', 'AttachRolePolicy']) {
    expect(await simulate(guarded, identity(DEPLOYMENT), { iam: action, role: BACKFILL })).toBe('allowed');
    expect(await simulate(guarded, identity(SECURITY), { iam: action, role: BACKFILL })).toBe('allowed');
    expect(await simulate(guarded, administrator, { iam: action, role: BACKFILL })).toBe('denied');
    expect(await simulate(guarded, identity(DEPLOYMENT), { iam: action, role: BREAK_GLASS })).toBe('denied');
  }
});

test('trusted organizations and accounts are no strangers, and others stay so', async () => {
  const trusting = withForeignKeys(worldOf('An organization that trusts another', (stack) => {
    new EncryptionGuardrails(stack, 'Guardrails', {
      organizationId: 'o-exampleother',
      trustedOrganizationIds: [ORGANIZATION],
      trustedAccountIds: [LONE_ACCOUNT],
      keyDeletionRoleArns: [BREAK_GLASS],
      encryptionChangeRoleArns: [DEPLOYMENT],
    });
    new kms.Key(stack, 'Key');
    return { [ADMINISTRATOR]: [ANYTHING] };
  }));
  const [trusted] = trusting.policies.filter(({ kind, attachedTo: [arn] }) => kind === 'key' && !isForeign(arn)).map(({ attachedTo: [arn] }) => arn);
  expect(await simulate(trusting, administrator, { kms: 'Encrypt', keyArn: trusted })).toBe('allowed');
  expect(await simulate(trusting, administrator, { kms: 'Encrypt', keyArn: LONE_KEY })).toBe('allowed');
  expect(await simulate(trusting, administrator, { kms: 'Encrypt', keyArn: FOREIGN_KEY })).toBe('denied');
});

describe('each statement is needed: without it something passes', () => {
  const STOPPED: Record<string, Request & { readonly by?: Caller }> = {
    DenySseC: upload({ customerKey: true }),
    DenyInsecureTransport: { s3: 'GetObject', bucket: 'data', object: 'a', transport: 'plain HTTP' },
    DenyForeignKeys: { kms: 'Encrypt', keyArn: FOREIGN_KEY },
    DenyKeyDeletion: { kms: 'ScheduleKeyDeletion', keyArn: KEY },
    DenyEncryptionChange: { s3: 'PutEncryptionConfiguration', bucket: 'data' },
    DenyObjectEncryptionChange: moved(KEY),
    DenyEncryptionChangeFromOutside: { s3: 'PutEncryptionConfiguration', bucket: 'data', by: identity(LONER) },
    DenyExpiringMaterial: { kms: 'ImportKeyMaterial', keyArn: KEY, context: { 'kms:ExpirationModel': 'KEY_MATERIAL_EXPIRES' } },
    DenyKeyLockout: { kms: 'PutKeyPolicy', keyArn: KEY, context: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } },
    DenyBackfillRoleForgery: { iam: 'CreateRole', role: BACKFILL },
    DenyRoleForgery: { iam: 'CreateRole', role: role('BreakGlass') },
  };
  const documents = [...guarded.guardrails?.principals ?? [], ...guarded.guardrails?.resources ?? []];

  test('every statement is asked about', () => {
    expect(documents.flatMap(({ Statement }) => Statement).map(({ Sid }) => Sid).sort()).toEqual(Object.keys(STOPPED).sort());
  });

  test.each(Object.entries(STOPPED))('%s', async (sid, request) => {
    const without = (all: typeof documents) => all.map((document) => (
      { ...document, Statement: document.Statement.filter(({ Sid }) => Sid !== sid) }));
    const { principals = [], resources = [] } = guarded.guardrails ?? {};
    const world = { ...guarded, guardrails: { principals: without([...principals]), resources: without([...resources]) } };
    expect(await simulate(world, request.by ?? administrator, request)).toBe('allowed');
  });
});
