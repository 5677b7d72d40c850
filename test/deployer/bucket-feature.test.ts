import {
  PutBucketLifecycleConfigurationCommand, PutBucketLoggingCommand, PutBucketNotificationConfigurationCommand, type S3Client,
} from '@aws-sdk/client-s3';
import { PropertyReader } from '../../deployer/property-reader';
import type { BucketFeature } from '../../deployer/resources/bucket/feature';
import { lifecycle } from '../../deployer/resources/bucket/lifecycle';
import { logging, notification } from '../../deployer/resources/bucket/reports';

/**
 * An S3 that keeps everything, or nothing. The local servers keep these properties only in part,
 * so what the deployer sends cannot be read back from them.
 */
function fakeS3(keeps: boolean): { readonly s3: S3Client; readonly sent: object[] } {
  const sent: object[] = [];
  let kept: object = {};
  const send = async (command: { input: object }) => {
    if (command instanceof PutBucketLifecycleConfigurationCommand) {
      kept = { ...command.input.LifecycleConfiguration, TransitionDefaultMinimumObjectSize: command.input.TransitionDefaultMinimumObjectSize };
    } else if (command instanceof PutBucketLoggingCommand) {
      kept = command.input.BucketLoggingStatus!;
    } else if (command instanceof PutBucketNotificationConfigurationCommand) {
      kept = command.input.NotificationConfiguration!;
    } else {
      return keeps ? kept : {};
    }
    sent.push(kept);
    return {};
  };
  return { s3: { send } as unknown as S3Client, sent };
}

async function apply(feature: BucketFeature, value: object, { s3 }: ReturnType<typeof fakeS3>): Promise<void> {
  const properties = new PropertyReader({ [feature.property]: value }, { logicalId: 'Bucket', type: 'AWS::S3::Bucket' });
  for (const call of [feature.read(properties)].flat()) await call(s3, 'name');
  properties.finish();
}

const rule = { Status: 'Enabled', ExpirationInDays: 1 };

const CASES: [title: string, feature: BucketFeature, value: object, sent: object][] = [
  ['events to EventBridge', notification, { EventBridgeConfiguration: {} }, { EventBridgeConfiguration: {} }],
  ['events to EventBridge, switched on', notification, { EventBridgeConfiguration: { EventBridgeEnabled: true } }, { EventBridgeConfiguration: {} }],
  ['a smallest size', lifecycle, { Rules: [{ ...rule, ObjectSizeGreaterThan: '7' }] }, { Rules: [{ Filter: { ObjectSizeGreaterThan: 7 } }] }],
  ['a largest size', lifecycle, { Rules: [{ ...rule, ObjectSizeLessThan: 9 }] }, { Rules: [{ Filter: { ObjectSizeLessThan: 9 } }] }],
  ['a range of sizes', lifecycle, { Rules: [{ ...rule, ObjectSizeGreaterThan: 7, ObjectSizeLessThan: 9 }] },
    { Rules: [{ Filter: { And: { ObjectSizeGreaterThan: 7, ObjectSizeLessThan: 9 } } }] }],
  ['a size under a prefix', lifecycle, { Rules: [{ ...rule, Prefix: 'x/', ObjectSizeLessThan: 9 }] },
    { Rules: [{ Filter: { And: { Prefix: 'x/', ObjectSizeLessThan: 9 } } }] }],
  ['versions to retain', lifecycle, { Rules: [{ Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 } }] },
    { Rules: [{ NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 } }] }],
  ['the smallest size to transition', lifecycle, { Rules: [rule], TransitionDefaultMinimumObjectSize: 'varies_by_storage_class' },
    { TransitionDefaultMinimumObjectSize: 'varies_by_storage_class' }],
  ['a partitioned prefix', logging, { DestinationBucketName: 'logs', TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: 'EventTime' } } },
    { LoggingEnabled: { TargetBucket: 'logs', TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: 'EventTime' } } } }],
  ['a simple prefix', logging, { DestinationBucketName: 'logs', TargetObjectKeyFormat: { SimplePrefix: {} } },
    { LoggingEnabled: { TargetObjectKeyFormat: { SimplePrefix: {} } } }],
];

describe('a property that a local endpoint may keep only in part', () => {
  test.each(CASES)('is sent whole: %s', async (_, feature, value, sent) => {
    const s3 = fakeS3(true);
    await apply(feature, value, s3);
    expect(s3.sent).toMatchObject([sent]);
  });

  test.each(CASES)('is refused if it is not kept: %s', async (_, feature, value) => {
    await expect(apply(feature, value, fakeS3(false)))
      .rejects.toThrow(`Bucket (AWS::S3::Bucket): the deployer does not apply '${feature.property}' and so refuses it: the endpoint took it`);
  });
});

describe('events to EventBridge', () => {
  test('stay off if they are switched off', async () => {
    const s3 = fakeS3(true);
    await apply(notification, { EventBridgeConfiguration: { EventBridgeEnabled: false } }, s3);
    expect(s3.sent).toEqual([{}]);
  });
});
