import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ADMINISTRATOR, guarded } from './guards';
import { transportGuarded } from './transport';
import { EncryptionMode, SecureBucket } from '../../../src';
import { ANYTHING, NO_LOGS } from '../fixtures';
import { ACCOUNT, bucketArn, keyArn, OTHER_ACCOUNT, REGION, role } from '../names';
import { allowed, Claims, denied, Proof } from '../proof';
import { Caller, identity, S3Request, service } from '../request';
import { worldOf } from '../world';

const OWN = keyArn('Data-Key');
const KEEPER = role('Keeper');
const DEPLOY_ROLE = role(`cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${REGION}`);
const SHARED_LOGS = 'securebucketaccesslogs';

/** Buckets with what comes along: their logs, their deliveries, their distributions. */
export function buckets(): Claims[] {
  return [sharedLogs(), ownLogs(), reserved(), servicesThatRead(), inventories()];
}

function sharedLogs(): Claims {
  return {
    world: worldOf('A bucket with the shared log bucket', (stack) => {
      new SecureBucket(stack, 'Data', { bucketName: 'data' });
      return { [ADMINISTRATOR]: [ANYTHING] };
    }),
    proofs: [...transportGuarded(identity(ADMINISTRATOR), OWN), ...guarded(OWN), ...delivered(SHARED_LOGS, 'Data/log'), ...logTransport(SHARED_LOGS)],
  };
}

function ownLogs(): Claims {
  const from = logging(ACCOUNT, 'other');
  return {
    world: worldOf('A bucket with a log bucket of its own', (stack) => {
      const logs = new SecureBucket(stack, 'Logs', { bucketName: 'logs', encryptionMode: EncryptionMode.s3Managed(), ...NO_LOGS });
      new SecureBucket(stack, 'Data', { bucketName: 'data', serverAccessLogsBucket: logs, serverAccessLogsPrefix: 'data/' });
      return { [ADMINISTRATOR]: [ANYTHING] };
    }),
    proofs: [
      ...transportGuarded(identity(ADMINISTRATOR), OWN), ...guarded(OWN), ...delivered('logs', 'data/log'), ...logTransport('logs'),
      denied('S3 delivers a log outside the prefix', logging(ACCOUNT, 'data'), { s3: 'PutObject', bucket: 'logs', object: 'elsewhere/log' }),
      denied('S3 delivers a log of another bucket of the account', from, { s3: 'PutObject', bucket: 'logs', object: 'data/log' }),
    ],
  };
}

function logging(account: string, source: string): Caller {
  return service('logging.s3.amazonaws.com', { account, arn: bucketArn(source) });
}

function delivered(bucket: string, object: string): Proof[] {
  const delivery: S3Request = { s3: 'PutObject', bucket, object };
  return [
    allowed('S3 delivers a log', logging(ACCOUNT, 'data'), delivery),
    denied('An upload to the logs under a key of the client', identity(ADMINISTRATOR), { ...delivery, headers: { customerKey: true } }),
    denied('S3 delivers a log of a bucket of another account', logging(OTHER_ACCOUNT, 'data'), delivery),
    denied('S3 delivers a log over plain HTTP', logging(ACCOUNT, 'data'), { ...delivery, transport: 'plain HTTP' }),
    allowed('S3 delivers a log over TLS 1.1, which is for AWS to end', logging(ACCOUNT, 'data'), { ...delivery, transport: 'TLS 1.1' }),
    denied('S3 delivers a log of the account for something that is no bucket', service('logging.s3.amazonaws.com', {
      account: ACCOUNT, arn: `arn:aws:sns:${REGION}:${ACCOUNT}:topic`,
    }), delivery),
    denied('S3 delivers a log of no bucket', service('logging.s3.amazonaws.com'), delivery),
    denied('S3 reads a log as its delivery', logging(ACCOUNT, 'data'), { ...delivery, s3: 'GetObject' }),
    denied('Another service delivers a log', service('delivery.logs.amazonaws.com', { account: ACCOUNT, arn: bucketArn('data') }), delivery),
    denied('A role without any policy reads a log', identity(role('Nobody')), { ...delivery, s3: 'GetObject' }),
    allowed('An administrator reads a log', identity(ADMINISTRATOR), { ...delivery, s3: 'GetObject' }),
  ];
}

function logTransport(bucket: string): Proof[] {
  return (['plain HTTP', 'TLS 1.1'] as const).map((transport) => (
    denied(`An administrator reads a log over ${transport}`, identity(ADMINISTRATOR), { s3: 'GetObject', bucket, object: 'a', transport })));
}

function reserved(): Claims {
  const change: S3Request = { s3: 'PutEncryptionConfiguration', bucket: 'data' };
  return {
    world: worldOf('A bucket with reserved encryption settings', (stack) => {
      const bucket = new SecureBucket(stack, 'Data', { bucketName: 'data', ...NO_LOGS });
      bucket.reserveEncryptionChangesOrLockOut(new iam.ArnPrincipal(KEEPER));
      return { [ADMINISTRATOR]: [ANYTHING], [KEEPER]: [ANYTHING], [DEPLOY_ROLE]: [ANYTHING] };
    }),
    proofs: [
      ...transportGuarded(identity(ADMINISTRATOR), OWN), ...guarded(OWN),
      denied('An administrator changes the encryption', identity(ADMINISTRATOR), change),
      denied('A role with the name of the keeper in another account changes the encryption', identity(role('Keeper', OTHER_ACCOUNT)), change),
      denied('A role without any policy changes the encryption', identity(role('Nobody')), change),
      allowed('The keeper changes the encryption', identity(KEEPER), change),
      allowed('The role that deploys changes the encryption', identity(DEPLOY_ROLE), change),
      denied('The keeper changes the encryption over plain HTTP', identity(KEEPER), { ...change, transport: 'plain HTTP' }),
      allowed('An administrator reads the encryption settings', identity(ADMINISTRATOR), { ...change, s3: 'GetEncryptionConfiguration' }),
      allowed('An administrator changes the bucket policy', identity(ADMINISTRATOR), { ...change, s3: 'PutBucketPolicy' }),
      allowed('The role that deploys changes the bucket policy', identity(DEPLOY_ROLE), { ...change, s3: 'PutBucketPolicy' }),
    ],
  };
}

function servicesThatRead(): Claims {
  const distribution = (id: string, account: string = ACCOUNT): Caller => service('cloudfront.amazonaws.com', {
    account, arn: `arn:aws:cloudfront::${account}:distribution/${id}`,
  });
  const read: S3Request = { s3: 'GetObject', bucket: 'data', object: 'in/a' };
  const macie = (account: string): Caller => service('macie.amazonaws.com', { account });
  const decrypt = { kms: 'Decrypt', keyArn: OWN };
  return {
    world: worldOf('A bucket that services read', (stack) => {
      const bucket = new SecureBucket(stack, 'Data', { bucketName: 'data', ...NO_LOGS });
      bucket.grantRead(new iam.ServicePrincipal('cloudfront.amazonaws.com').withConditions({
        StringEquals: { 'aws:SourceArn': `arn:aws:cloudfront::${ACCOUNT}:distribution/E1OWN` },
      }), 'in/*');
      bucket.grantRead(new iam.ServicePrincipal('macie.amazonaws.com'), 'in/*');
      return { [ADMINISTRATOR]: [ANYTHING] };
    }),
    proofs: [
      ...transportGuarded(identity(ADMINISTRATOR), OWN), ...guarded(OWN),
      allowed('The distribution reads', distribution('E1OWN'), read),
      allowed('The distribution describes the key', distribution('E1OWN'), { kms: 'DescribeKey', keyArn: OWN }),
      denied('The distribution reads outside the prefix', distribution('E1OWN'), { ...read, object: 'out/a' }),
      denied('The distribution reads over plain HTTP', distribution('E1OWN'), { ...read, transport: 'plain HTTP' }),
      denied('The distribution uploads', distribution('E1OWN'), { ...read, s3: 'PutObject' }),
      denied('The distribution deletes', distribution('E1OWN'), { ...read, s3: 'DeleteObject' }),
      denied('The distribution encrypts', distribution('E1OWN'), { kms: 'GenerateDataKey', keyArn: OWN }),
      denied('Another distribution reads', distribution('E9OTHER'), read),
      denied('Another distribution describes the key', distribution('E9OTHER'), { kms: 'DescribeKey', keyArn: OWN }),
      denied('Another distribution reads the tags of an object', distribution('E9OTHER'), { ...read, s3: 'GetObjectTagging' }),
      denied('Another distribution decrypts', distribution('E9OTHER'), decrypt),
      denied('A distribution of another account reads', distribution('E1OWN', OTHER_ACCOUNT), read),
      denied('CloudFront reads for no distribution', service('cloudfront.amazonaws.com'), read),
      allowed('A service without a source reads for this account', macie(ACCOUNT), read),
      allowed('A service without a source describes the key for this account', macie(ACCOUNT), { kms: 'DescribeKey', keyArn: OWN }),
      denied('A service without a source reads for another account', macie(OTHER_ACCOUNT), read),
      denied('A service without a source describes the key for another account', macie(OTHER_ACCOUNT), { kms: 'DescribeKey', keyArn: OWN }),
      denied('A service without a source decrypts for another account', macie(OTHER_ACCOUNT), decrypt),
      denied('A service that was not granted anything reads', service('athena.amazonaws.com', { account: ACCOUNT }), read),
    ],
  };
}

function inventories(): Claims {
  const report: S3Request = { s3: 'PutObject', bucket: 'data', object: 'report' };
  const inventory = (account: string, source: string): Caller => service('s3.amazonaws.com', { account, arn: bucketArn(source) });
  return {
    world: worldOf('A bucket that receives an inventory', (stack) => {
      const bucket = new SecureBucket(stack, 'Data', { bucketName: 'data', ...NO_LOGS });
      new s3.Bucket(stack, 'Source', { bucketName: 'source', inventories: [{ destination: { bucket } }] });
      return { [ADMINISTRATOR]: [ANYTHING] };
    }),
    proofs: [
      ...transportGuarded(identity(ADMINISTRATOR), OWN), ...guarded(OWN),
      allowed('The inventory delivers its report', inventory(ACCOUNT, 'source'), report),
      denied('The inventory delivers its report under a foreign key', inventory(ACCOUNT, 'source'), {
        ...report, headers: { algorithm: 'aws:kms', keyArn: keyArn('Foreign', OTHER_ACCOUNT) },
      }),
      denied('The inventory reads its report', inventory(ACCOUNT, 'source'), { ...report, s3: 'GetObject' }),
      denied('The inventory of another account delivers its report', inventory(OTHER_ACCOUNT, 'source'), report),
      allowed('The inventory delivers its report over TLS 1.1, which is for AWS to end', inventory(ACCOUNT, 'source'), { ...report, transport: 'TLS 1.1' }),
      denied('The inventory of another bucket delivers its report', inventory(ACCOUNT, 'other'), report),
      denied('S3 delivers a report about no bucket', service('s3.amazonaws.com', { account: ACCOUNT }), report),
    ],
  };
}
