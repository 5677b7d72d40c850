import { EncryptionAuditTrail } from '../../src';
import { ANYTHING } from '../proofs/fixtures';
import { ACCOUNT, bucketArn, keyArn, OTHER_ACCOUNT, REGION, role } from '../proofs/names';
import { Caller, Headers, identity, Request, service, through } from '../proofs/request';
import { simulate } from '../proofs/simulate';
import { type World, worldOf } from '../proofs/world';

const ADMINISTRATOR = role('Administrator');
const trail = (name: string, account: string = ACCOUNT) => `arn:aws:cloudtrail:${REGION}:${account}:trail/${name}`;

/** CloudTrail, for a trail. */
function cloudTrail(arn: string): Caller {
  const caller = service('cloudtrail.amazonaws.com', { arn, account: arn.split(':')[4] });
  return { ...caller, context: { ...caller.context, 'aws:PrincipalServiceName': 'cloudtrail.amazonaws.com' } };
}

/** The same, as it writes a file. */
function writing(arn: string, acl = 'bucket-owner-full-control'): Caller {
  const caller = cloudTrail(arn);
  return { ...caller, context: { ...caller.context, 's3:x-amz-acl': acl } };
}

const world: World = worldOf('A trail', (stack) => {
  new EncryptionAuditTrail(stack, 'Audit', { trailName: 'audit' });
  return { [ADMINISTRATOR]: [ANYTHING] };
});
const [bucket] = Object.keys(world.buckets).filter((name) => /^audit/i.test(name));
const [key] = world.policies.filter(({ kind }) => kind === 'key').map(({ attachedTo: [arn] }) => arn);

const write = (object: string, headers?: Headers): Request => ({ s3: 'PutObject', bucket, object, headers });
const LOG = `AWSLogs/${ACCOUNT}/CloudTrail/eu-west-1/2026/11/24/file.json.gz`;

describe('the trail', () => {
  test.each<[string, 'allowed' | 'denied', Caller, Request]>([
    ['looks at the ACL of the bucket', 'allowed', cloudTrail(trail('audit')), { s3: 'GetBucketAcl', bucket }],
    ['writes its log files', 'allowed', writing(trail('audit')), { s3: 'PutObject', bucket, object: LOG }],
    ['writes its digest files under SSE-S3', 'allowed', writing(trail('audit')), write(`AWSLogs/${ACCOUNT}/CloudTrail-Digest/d.json.gz`, { algorithm: 'AES256' })],
    ['does not write for another account', 'denied', writing(trail('audit')), write(`AWSLogs/${OTHER_ACCOUNT}/CloudTrail/x.json.gz`, { algorithm: 'AES256' })],
    ['does not write what the owner would not own', 'denied', writing(trail('audit'), 'private'), write(LOG, { algorithm: 'AES256' })],
    ['of another name does not write', 'denied', writing(trail('other')), write(LOG, { algorithm: 'AES256' })],
    ['of that name in another account does not write', 'denied', writing(trail('audit', OTHER_ACCOUNT)), write(LOG, { algorithm: 'AES256' })],
    ['of another name does not look at the ACL', 'denied', cloudTrail(trail('other')), { s3: 'GetBucketAcl', bucket }],
    ['does not delete', 'denied', cloudTrail(trail('audit')), { s3: 'DeleteObject', bucket, object: LOG }],
  ])('%s: %s', async (_, expected, caller, request) => {
    expect(bucket).toBeDefined();
    // What CloudTrail may do with the key is asked by itself, below: S3 does not call KMS for it.
    const plain: Request = 's3' in request && request.s3 === 'PutObject' ? { ...request, headers: { algorithm: 'AES256' } } : request;
    expect(await simulate(world, caller, plain)).toBe(expected);
  });

  test('makes data keys for its log files, and for nothing else', async () => {
    const about = (arn: string): Request => ({ kms: 'GenerateDataKey', keyArn: key, context: { 'kms:EncryptionContext:aws:cloudtrail:arn': arn } });
    expect(await simulate(world, cloudTrail(trail('audit')), about(trail('audit')))).toBe('allowed');
    expect(await simulate(world, cloudTrail(trail('other')), about(trail('other')))).toBe('denied');
  });
});

describe('nobody else', () => {
  const administrator = identity(ADMINISTRATOR);

  test('writes into the bucket, not even who may do everything', async () => {
    expect(await simulate(world, administrator, write(LOG))).toBe('denied');
    expect(await simulate(world, administrator, write('forged.json.gz', { algorithm: 'AES256' }))).toBe('denied');
  });

  test('gives a log file another key, or replaces it by replication', async () => {
    const foreign = keyArn('Foreign', OTHER_ACCOUNT);
    expect(await simulate(world, administrator, { s3: 'UpdateObjectEncryption', bucket, object: LOG, headers: { algorithm: 'aws:kms', keyArn: foreign } })).toBe('denied');
    expect(await simulate(world, administrator, { s3: 'ReplicateObject', bucket, object: LOG })).toBe('denied');
  });

  test('another service writes into it neither', async () => {
    const config = service('config.amazonaws.com', { arn: trail('audit'), account: ACCOUNT });
    expect(await simulate(world, { ...config, context: { ...config.context, 'aws:PrincipalServiceName': 'config.amazonaws.com' } }, write(LOG, { algorithm: 'AES256' }))).toBe('denied');
  });

  test('decrypts directly', async () => {
    expect(await simulate(world, administrator, { kms: 'Decrypt', keyArn: key })).toBe('denied');
  });
});

describe('the log group', () => {
  const group = (name: string): Request => ({
    kms: 'GenerateDataKey', keyArn: key, context: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}` },
  });

  test('of the trail is encrypted with the key, and no other is', async () => {
    const logs = service(`logs.${REGION}.amazonaws.com`);
    expect(await simulate(world, logs, group('/aws/cloudtrail/audit'))).toBe('allowed');
    expect(await simulate(world, logs, group('/aws/cloudtrail/audit-2'))).toBe('denied');
  });

  test('is written by the role of the trail, and by it only its own streams', () => {
    const [policy] = world.policies.filter(({ kind, attachedTo }) => kind === 'identity' && attachedTo.some((arn) => /LogsRole/.test(arn)));
    expect(policy.document.Statement).toEqual([{
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Effect: 'Allow',
      Resource: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/cloudtrail/audit:log-stream:${ACCOUNT}_CloudTrail_${REGION}*`,
    }]);
  });
});

test('nobody reads through S3 without a grant', async () => {
  const reader = identity(role('Reader'));
  expect(await simulate(world, reader, { s3: 'GetObject', bucket, object: LOG })).toBe('denied');
  expect(await simulate(world, reader, { kms: 'Decrypt', keyArn: keyArn('none'), context: through('s3', reader) })).toBe('denied');
  expect(bucketArn(bucket)).toMatch(/^arn:aws:s3:::audit/);
});
