import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { KeyAccess, KeyConsumers, RotatingS3Key, SecureBucket } from '../../src';
import { agnosticStack, OTHER_ACCOUNT, testStack } from '../helpers/stack';
import { keyPolicyOf, Statement, withoutSid } from '../helpers/template';

/** With partition literals, so that ARNs read as AWS documents them. */
const CONTEXT = { '@aws-cdk/core:enablePartitionLiterals': true };

function added(use: (consumers: KeyConsumers, key: RotatingS3Key) => void, region: string = 'eu-west-1'): Statement[] {
  const key = new RotatingS3Key(testStack({ context: CONTEXT, env: { account: '111111111111', region } }), 'Key');
  use(key.consumers, key);
  return withoutSid(keyPolicyOf(key));
}

const bucketNamed = (key: RotatingS3Key, name: string = 'source') => s3.Bucket.fromBucketName(key, name, name);

describe('cloudTrail', () => {
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
  test('admits the trail by its ARN to encrypt, decrypt and describe', () => {
    const source = { 'aws:SourceArn': 'arn:aws:cloudtrail:eu-west-1:111111111111:trail/audit' };
    expect(added((consumers) => consumers.cloudTrail({ trailName: 'audit' }))).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'kms:GenerateDataKey*',
      Resource: '*',
      Condition: {
        StringEquals: source,
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'arn:aws:cloudtrail:*:111111111111:trail/*' },
      },
    }, {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:DescribeKey'],
      Resource: '*',
      Condition: { StringEquals: source },
    }]);
  });

  test('admits a trail of another account and home region', () => {
    const [encrypt] = added((consumers) => consumers.cloudTrail({ trailName: 'audit', account: OTHER_ACCOUNT, region: 'us-east-1' }));
    expect(encrypt.Condition).toEqual({
      StringEquals: { 'aws:SourceArn': `arn:aws:cloudtrail:us-east-1:${OTHER_ACCOUNT}:trail/audit` },
      StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${OTHER_ACCOUNT}:trail/*` },
    });
  });
});

describe('s3Inventory', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
  test('admits S3 for reports about the source bucket', () => {
    expect(added((consumers, key) => consumers.s3Inventory(bucketNamed(key)))).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'kms:GenerateDataKey',
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' }, ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::source' } },
    }]);
  });

  test('admits each source bucket by its own statement', () => {
    expect(added((consumers, key) => {
      consumers.s3Inventory(bucketNamed(key, 'one'));
      consumers.s3Inventory(bucketNamed(key, 'two'));
    })).toHaveLength(2);
  });
});

describe('SNS', () => {
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  test('snsFromCloudWatch admits alarms of the account', () => {
    expect(added((consumers) => consumers.snsFromCloudWatch())).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:SourceAccount': '111111111111' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:eu-west-1:111111111111:alarm:*' },
      },
    }]);
  });

  test('snsFromEventBridge has no condition, since AWS supports none there', () => {
    expect(added((consumers) => consumers.snsFromEventBridge())).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
    }]);
  });
});

describe('cloudWatchLogs', () => {
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  test('admits the log group by its encryption context', () => {
    expect(added((consumers) => consumers.cloudWatchLogs('/app/*'))).toMatchObject([{
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:Describe*', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:eu-west-1:111111111111:log-group:/app/*' } },
    }]);
  });

  test('admits the regional service principal', () => {
    const [statement] = added((consumers) => consumers.cloudWatchLogs('/app'));
    expect(JSON.stringify(statement.Principal)).toMatch(/logs\.eu-west-1\./);
  });
});

describe('cloudFront', () => {
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
  test('admits one distribution by its ARN', () => {
    expect(added((consumers) => consumers.cloudFront('E1A2B3C4D5E6F7'))).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceArn': 'arn:aws:cloudfront::111111111111:distribution/E1A2B3C4D5E6F7' } },
    }]);
  });

  test('admits every distribution of the account, and of no other, under *', () => {
    const [{ Condition }] = added((consumers) => consumers.cloudFront('*'));
    expect(Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': '111111111111' },
      ArnLike: { 'aws:SourceArn': 'arn:aws:cloudfront::111111111111:distribution/*' },
    });
  });
});

describe('replication', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
  const arn = `arn:aws:iam::${OTHER_ACCOUNT}:role/Replication`;
  const options = (key: RotatingS3Key) => ({ role: iam.Role.fromRoleArn(key, 'Role', arn), bucket: bucketNamed(key) });
  const condition = {
    StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::source', 'arn:aws:s3:::source/*'] },
  };

  test('replicationSource lets the role decrypt, through S3 and for the bucket', () => {
    expect(added((consumers, key) => consumers.replicationSource(options(key)))).toEqual([
      { Effect: 'Allow', Principal: { AWS: arn }, Action: 'kms:Decrypt', Resource: '*', Condition: condition },
    ]);
  });

  test('replicationDestination lets the role encrypt, and decrypt to verify the Bucket Key', () => {
    expect(added((consumers, key) => consumers.replicationDestination(options(key)))).toEqual([{
      Effect: 'Allow', Principal: { AWS: arn }, Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource: '*', Condition: condition,
    }]);
  });

  test('is through S3 alone, also under a key that is open to other services', () => {
    const key = new RotatingS3Key(testStack({ context: CONTEXT }), 'Key', { access: KeyAccess.throughServices('sqs') });
    key.consumers.replicationSource(options(key));
    expect(withoutSid(keyPolicyOf(key))).toMatchObject([{ Condition: condition }]);
  });

  // The key's policy names the bucket, and the bucket names the key.
  test.each(['replicationSource', 'replicationDestination'] as const)('%s takes the bucket that is under this key without a dependency cycle', (method) => {
    const stack = testStack();
    const key = new RotatingS3Key(stack, 'Key');
    const bucket = new SecureBucket(stack, 'Data', { encryptionKey: key });
    key.consumers[method]({ role: iam.Role.fromRoleArn(stack, 'Role', arn), bucket });
    expect(withoutSid(keyPolicyOf(key))).toHaveLength(1);
  });
});

describe('KeyConsumers', () => {
  const calls: [name: string, use: (consumers: KeyConsumers, key: RotatingS3Key) => void, statements: number][] = [
    ['cloudTrail', (consumers) => consumers.cloudTrail({ trailName: 'audit' }), 2],
    ['s3Inventory', (consumers, key) => consumers.s3Inventory((key.node.tryFindChild('source') ?? bucketNamed(key)) as s3.IBucket), 1],
    ['snsFromCloudWatch', (consumers) => consumers.snsFromCloudWatch(), 1],
    ['snsFromEventBridge', (consumers) => consumers.snsFromEventBridge(), 1],
    ['cloudWatchLogs', (consumers) => consumers.cloudWatchLogs('/app'), 1],
    ['cloudFront', (consumers) => consumers.cloudFront('E1'), 1],
  ];

  test.each(calls)('%s adds its statements once, however often it is called', (_, use, statements) => {
    expect(added((consumers, key) => { use(consumers, key); use(consumers, key); })).toHaveLength(statements);
  });

  test('cloudTrail adds nothing for a trail whose account and region are spelled out', () => {
    expect(added((consumers) => {
      consumers.cloudTrail({ trailName: 'audit', account: '111111111111' });
      consumers.cloudTrail({ trailName: 'audit' });
    })).toHaveLength(2);
  });

  test.each(calls)('%s never names another partition', (_, use) => {
    const text = JSON.stringify(added(use, 'us-gov-west-1'));
    expect(text).not.toContain('arn:aws:');
    expect(added(use, 'cn-north-1').map((each) => JSON.stringify(each)).join()).not.toContain('arn:aws:');
  });

  test.each(calls)('%s names account and region of an agnostic stack by reference', (_, use) => {
    const key = new RotatingS3Key(agnosticStack(), 'Key');
    use(key.consumers, key);
    expect(JSON.stringify(withoutSid(keyPolicyOf(key)))).not.toContain('${Token');
  });
});
