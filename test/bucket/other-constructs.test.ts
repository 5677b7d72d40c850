import { mkdtempSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as deployment from 'aws-cdk-lib/aws-s3-deployment';
import * as notifications from 'aws-cdk-lib/aws-s3-notifications';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { KeyAccess, RotatingS3Key, SecureBucket } from '../../src';
import { keepReportsQuiet } from '../helpers/quiet';
import { FLAG_SETS, testStack } from '../helpers/stack';
import { aboutService, actionsOf, identityStatements, keyPolicyOf, resourcesOf, Statement } from '../helpers/template';

describe.each(FLAG_SETS)('what other constructs grant by themselves, %s', (_, context) => {
  keepReportsQuiet();

  const THROUGH_S3_FOR_BUCKET = {
    StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
    StringLike: {
      'kms:EncryptionContext:aws:s3:arn': [{ 'Fn::GetAtt': ['Data666C94C7', 'Arn'] }, { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Data666C94C7', 'Arn'] }, '/*']] }],
    },
  };
  const useOfKey = (stack: Stack): Statement[] =>
    aboutService(identityStatements(stack), 'kms').filter((each) => !actionsOf(each).includes('kms:DescribeKey'));

  test('a BucketDeployment writes through S3, for this bucket', () => {
    const stack = testStack({ context });
    const source = mkdtempSync(join(tmpdir(), 'deployment-'));
    writeFileSync(join(source, 'file.txt'), 'content');
    new deployment.BucketDeployment(stack, 'Deploy', { sources: [deployment.Source.asset(source)], destinationBucket: new SecureBucket(stack, 'Data') });
    expect(useOfKey(stack).map(({ Condition }) => Condition)).toEqual([THROUGH_S3_FOR_BUCKET]);
    expect(actionsOf(useOfKey(stack)[0])).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  });

  test('a pipeline with a SecureBucket for its artifacts works through S3, for this bucket', () => {
    const stack = testStack({ context });
    const artifactBucket = new SecureBucket(stack, 'Data');
    const output = new codepipeline.Artifact();
    new codepipeline.Pipeline(stack, 'Pipeline', {
      artifactBucket,
      stages: [
        { stageName: 'Source', actions: [new actions.S3SourceAction({ actionName: 'Fetch', bucket: artifactBucket, bucketKey: 'in.zip', output })] },
        { stageName: 'Deploy', actions: [new actions.S3DeployAction({ actionName: 'Put', bucket: artifactBucket, input: output })] },
      ],
    });
    expect(useOfKey(stack).length).toBeGreaterThan(0);
    for (const { Condition } of useOfKey(stack)) { expect(Condition).toEqual(THROUGH_S3_FOR_BUCKET); }
  });

  test('a Firehose stream delivers through S3, for this bucket', () => {
    const stack = testStack({ context });
    new firehose.DeliveryStream(stack, 'Stream', { destination: new firehose.S3Bucket(new SecureBucket(stack, 'Data')) });
    expect(useOfKey(stack).map(({ Condition }) => Condition)).toEqual([THROUGH_S3_FOR_BUCKET]);
  });

  test.each<[string, (stack: Stack) => s3.IBucketNotificationDestination]>([
    ['a queue', (stack) => new notifications.SqsDestination(new sqs.Queue(stack, 'Queue'))],
    ['a topic', (stack) => new notifications.SnsDestination(new sns.Topic(stack, 'Topic'))],
  ])('event notifications go to %s', (__, destination) => {
    const stack = testStack({ context });
    new SecureBucket(stack, 'Data').addEventNotification(s3.EventType.OBJECT_CREATED, destination(stack));
    Template.fromStack(stack).resourceCountIs('Custom::S3BucketNotifications', 1);
  });

  test('event notifications go to a queue under a RotatingS3Key that is open to SQS', () => {
    const stack = testStack({ context });
    const key = new RotatingS3Key(stack, 'QueueKey', { access: KeyAccess.throughServices('sqs') });
    const queue = new sqs.Queue(stack, 'Queue', { encryptionMasterKey: key });
    new SecureBucket(stack, 'Data').addEventNotification(s3.EventType.OBJECT_CREATED, new notifications.SqsDestination(queue));
    const services = keyPolicyOf(key).filter(({ Effect, Principal }) => Effect === 'Allow' && JSON.stringify(Principal) === '{"Service":"s3.amazonaws.com"}');
    expect(services.flatMap(actionsOf)).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey*']));
  });

  test('EventBridge events are switched on', () => {
    const stack = testStack({ context });
    new SecureBucket(stack, 'Data').enableEventBridgeNotification();
    const [custom] = Object.values(resourcesOf(stack, 'Custom::S3BucketNotifications'));
    expect(custom.Properties.NotificationConfiguration).toEqual({ EventBridgeConfiguration: {} });
  });
});
