import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ADMINISTRATOR, guarded } from './guards';
import { RotatingS3Key } from '../../../src';
import { ANYTHING } from '../fixtures';
import { ACCOUNT, bucketArn, keyArn, OTHER_ACCOUNT, REGION, role } from '../names';
import { allowed, Claims, denied, Proof } from '../proof';
import { Caller, Context, identity, KmsRequest, service, through } from '../request';
import { worldOf } from '../world';

const KEY = keyArn('Key');
const SOURCE_ROLE = role('ReplicateFrom', OTHER_ACCOUNT);
const DESTINATION_ROLE = role('ReplicateTo', OTHER_ACCOUNT);

const call = (kms: string, context: Context = {}): KmsRequest => ({ kms, keyArn: KEY, context });

/** AWS services that use the key by themselves, each for the right source only. */
export function consumers(): Claims[] {
  return [{
    world: worldOf('A key with consumers', (stack) => {
      const key = new RotatingS3Key(stack, 'Key');
      key.consumers.cloudTrail({ trailName: 'audit' });
      key.consumers.s3Inventory(s3.Bucket.fromBucketName(stack, 'Source', 'source'));
      key.consumers.snsFromCloudWatch();
      key.consumers.snsFromEventBridge();
      key.consumers.cloudWatchLogs('/app/*');
      key.consumers.cloudFront('E1OWN');
      key.consumers.replicationSource({ role: iam.Role.fromRoleArn(stack, 'From', SOURCE_ROLE), bucket: s3.Bucket.fromBucketArn(stack, 'Left', bucketArn('left')) });
      key.consumers.replicationDestination({ role: iam.Role.fromRoleArn(stack, 'To', DESTINATION_ROLE), bucket: s3.Bucket.fromBucketName(stack, 'Right', 'right') });
      return { [ADMINISTRATOR]: [ANYTHING], [SOURCE_ROLE]: [ANYTHING], [DESTINATION_ROLE]: [ANYTHING] };
    }),
    proofs: [
      ...cloudTrail(), ...inventory(), ...topics(), ...logs(), ...cloudFront('E1OWN'), ...replication(), ...guarded(KEY),
      allowed('An administrator decrypts through S3', identity(ADMINISTRATOR), call('Decrypt', through('s3', identity(ADMINISTRATOR)))),
    ],
  }, {
    world: worldOf('A key for every distribution of the account', (stack) => {
      const key = new RotatingS3Key(stack, 'Key');
      key.consumers.cloudFront('*');
      return { [ADMINISTRATOR]: [ANYTHING] };
    }),
    proofs: [
      ...cloudFront('E2ANY'), ...guarded(KEY),
      allowed('An administrator decrypts through S3', identity(ADMINISTRATOR), call('Decrypt', through('s3', identity(ADMINISTRATOR)))),
    ],
  }];
}

function cloudTrail(): Proof[] {
  const trail = (name: string, account: string = ACCOUNT, region: string = REGION) => `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
  const from = (arn: string): Caller => service('cloudtrail.amazonaws.com', { arn });
  const about = (arn: string): Context => ({ 'kms:EncryptionContext:aws:cloudtrail:arn': arn });
  const own = trail('audit');
  return [
    allowed('The trail encrypts its log files', from(own), call('GenerateDataKey', about(own))),
    allowed('The trail encrypts its log files of another region', from(own), call('GenerateDataKey', about(trail('audit', ACCOUNT, 'us-east-1')))),
    allowed('The trail reads its Bucket Key back', from(own), call('Decrypt')),
    allowed('The trail describes the key', from(own), call('DescribeKey')),
    denied('The trail encrypts directly', from(own), call('Encrypt', about(own))),
    denied('The trail encrypts without saying what', from(own), call('GenerateDataKey')),
    denied('The trail encrypts log files of a trail of another account', from(own), call('GenerateDataKey', about(trail('audit', OTHER_ACCOUNT)))),
    denied('A trail of another name encrypts its log files', from(trail('other')), call('GenerateDataKey', about(trail('other')))),
    denied('A trail of another account encrypts its log files', from(trail('audit', OTHER_ACCOUNT)), call('GenerateDataKey', about(trail('audit', OTHER_ACCOUNT)))),
    denied('A trail of another account decrypts', from(trail('audit', OTHER_ACCOUNT)), call('Decrypt')),
  ];
}

function inventory(): Proof[] {
  const from = (account: string, bucket: string): Caller => service('s3.amazonaws.com', { account, arn: bucketArn(bucket) });
  return [
    allowed('The inventory of the source encrypts its reports', from(ACCOUNT, 'source'), call('GenerateDataKey')),
    denied('The inventory of the source decrypts', from(ACCOUNT, 'source'), call('Decrypt')),
    denied('The inventory of another bucket encrypts its reports', from(ACCOUNT, 'elsewhere'), call('GenerateDataKey')),
    denied('The inventory of a bucket of that name of another account encrypts its reports', from(OTHER_ACCOUNT, 'source'), call('GenerateDataKey')),
    denied('S3 encrypts for no bucket at all', service('s3.amazonaws.com'), call('GenerateDataKey')),
  ];
}

function topics(): Proof[] {
  const alarm = (account: string, region: string = REGION): Caller => service('cloudwatch.amazonaws.com', {
    account, arn: `arn:aws:cloudwatch:${region}:${account}:alarm:errors`,
  });
  const rule = service('events.amazonaws.com');
  return [
    ...['Decrypt', 'GenerateDataKey'].flatMap((action) => [
      allowed(`An alarm of the account calls ${action}`, alarm(ACCOUNT), call(action)),
      denied(`An alarm of another account calls ${action}`, alarm(OTHER_ACCOUNT), call(action)),
      denied(`An alarm of another region calls ${action}`, alarm(ACCOUNT, 'us-east-1'), call(action)),
      denied(`CloudWatch calls ${action} for no alarm`, service('cloudwatch.amazonaws.com'), call(action)),
      allowed(`A rule calls ${action}`, rule, call(action)),
    ]),
    denied('CloudWatch decrypts for an alarm of the account that another account claims', service('cloudwatch.amazonaws.com', {
      account: OTHER_ACCOUNT, arn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:errors`,
    }), call('Decrypt')),
    denied('An alarm encrypts directly', alarm(ACCOUNT), call('Encrypt')),
    denied('A rule encrypts directly', rule, call('Encrypt')),
    denied('A rule changes the key policy', rule, call('PutKeyPolicy')),
    denied('SNS itself, which was not admitted, decrypts', service('sns.amazonaws.com', { account: ACCOUNT }), call('Decrypt')),
  ];
}

function logs(): Proof[] {
  const here = service('logs.eu-west-1.amazonaws.com');
  const group = (name: string, account: string = ACCOUNT): Context => ({
    'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:${account}:log-group:${name}`,
  });
  return [
    ...['Encrypt', 'Decrypt', 'GenerateDataKey', 'ReEncryptFrom'].flatMap((action) => [
      allowed(`A log group of the family calls ${action}`, here, call(action, group('/app/web'))),
      denied(`A log group of another family calls ${action}`, here, call(action, group('/other/web'))),
      denied(`A log group of another account calls ${action}`, here, call(action, group('/app/web', OTHER_ACCOUNT))),
      denied(`CloudWatch Logs calls ${action} for no log group`, here, call(action)),
    ]),
    denied('CloudWatch Logs of another region encrypts', service('logs.us-east-1.amazonaws.com'), call('Encrypt', group('/app/web'))),
  ];
}

function cloudFront(id: string): Proof[] {
  const from = (distribution: string, account: string = ACCOUNT): Caller => service('cloudfront.amazonaws.com', {
    account, arn: `arn:aws:cloudfront::${account}:distribution/${distribution}`,
  });
  return [
    ...['Decrypt', 'Encrypt', 'GenerateDataKey'].flatMap((action) => [
      allowed(`The distribution calls ${action}`, from(id), call(action)),
      denied(`A distribution of another account calls ${action}`, from(id, OTHER_ACCOUNT), call(action)),
      denied(`CloudFront calls ${action} for no distribution`, service('cloudfront.amazonaws.com'), call(action)),
    ]),
    ...id === 'E1OWN' ? [denied('Another distribution of the account decrypts', from('E9OTHER'), call('Decrypt'))] : [],
    ...id === 'E1OWN' ? [] : [
      denied('CloudFront decrypts for a distribution of the account that another account claims', service('cloudfront.amazonaws.com', {
        account: OTHER_ACCOUNT, arn: `arn:aws:cloudfront::${ACCOUNT}:distribution/${id}`,
      }), call('Decrypt')),
      denied('CloudFront decrypts for something of the account that is no distribution', service('cloudfront.amazonaws.com', {
        account: ACCOUNT, arn: `arn:aws:cloudfront::${ACCOUNT}:function/${id}`,
      }), call('Decrypt')),
    ],
    denied('The distribution deletes the key', from(id), call('ScheduleKeyDeletion')),
  ];
}

function replication(): Proof[] {
  const from = identity(SOURCE_ROLE);
  const to = identity(DESTINATION_ROLE);
  const use = (kms: string, caller: Caller, context: string, name: string = 's3') => call(kms, {
    ...through(name, caller), 'kms:EncryptionContext:aws:s3:arn': context,
  });
  return [
    ...[bucketArn('left'), `${bucketArn('left')}/a`].map((context) => (
      allowed(`The role reads ${context} at the source`, from, use('Decrypt', from, context)))),
    denied('The role at the source encrypts', from, use('GenerateDataKey', from, bucketArn('left'))),
    denied('The role reads another bucket at the source', from, use('Decrypt', from, bucketArn('other'))),
    denied('The role reads at the source directly', from, call('Decrypt', { 'kms:EncryptionContext:aws:s3:arn': bucketArn('left') })),
    denied('Another role of its account reads at the source', identity(role('Stranger', OTHER_ACCOUNT)), use('Decrypt', from, bucketArn('left'))),
    ...['Decrypt', 'Encrypt', 'GenerateDataKey'].flatMap((action) => [
      allowed(`The role calls ${action} at the destination`, to, use(action, to, bucketArn('right'))),
      denied(`The role calls ${action} for another bucket at the destination`, to, use(action, to, bucketArn('left'))),
      denied(`The role calls ${action} at the destination directly`, to, call(action, { 'kms:EncryptionContext:aws:s3:arn': bucketArn('right') })),
      denied(`The role calls ${action} at the destination through SQS`, to, use(action, to, bucketArn('right'), 'sqs')),
    ]),
  ];
}
