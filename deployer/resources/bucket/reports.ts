import {
  GetBucketInventoryConfigurationCommand, GetBucketLoggingCommand, GetBucketNotificationConfigurationCommand,
  PutBucketInventoryConfigurationCommand, PutBucketLoggingCommand, PutBucketNotificationConfigurationCommand,
  type InventoryFormat, type InventoryFrequency, type InventoryIncludedObjectVersions, type InventoryOptionalField, type PartitionDateSource,
} from '@aws-sdk/client-s3';
import { applyAndCheck, type BucketFeature } from './feature';

/**
 * Server access logging. CloudFormation applies it while it creates the bucket. Here it waits until the
 * stack is complete: an endpoint may check at once that the policy of the log bucket lets the log service
 * write, and that policy usually names the source bucket, so it can only come after it.
 */
export const logging: BucketFeature = {
  property: 'LoggingConfiguration',
  read: (properties) => {
    const configuration = properties.requiredObject('LoggingConfiguration');
    const target = configuration.string('DestinationBucketName');
    const prefix = configuration.string('LogFilePrefix') ?? '';
    const format = configuration.object('TargetObjectKeyFormat');
    const partitioned = format?.object('PartitionedPrefix');
    const keyFormat = format && {
      SimplePrefix: format.object('SimplePrefix') && {},
      PartitionedPrefix: partitioned && { PartitionDateSource: partitioned.string('PartitionDateSource') as PartitionDateSource | undefined },
    };
    return applyAndCheck(
      properties, 'LoggingConfiguration', { TargetBucket: target, TargetPrefix: prefix, TargetObjectKeyFormat: keyFormat },
      (s3, Bucket) => s3.send(new PutBucketLoggingCommand({
        Bucket,
        // Without a destination a bucket logs to itself.
        BucketLoggingStatus: { LoggingEnabled: { TargetBucket: target ?? Bucket, TargetPrefix: prefix, TargetObjectKeyFormat: keyFormat } },
      })),
      async (s3, Bucket) => (await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled,
    );
  },
};

/** Events to EventBridge only: other targets need a resource that the deployer does not have. */
export const notification: BucketFeature = {
  property: 'NotificationConfiguration',
  read: (properties) => {
    const bridge = properties.requiredObject('NotificationConfiguration').object('EventBridgeConfiguration');
    // The default is true: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-eventbridgeconfiguration.html
    const enabled = bridge !== undefined && (bridge.boolean('EventBridgeEnabled') ?? true);
    const configuration = enabled ? { EventBridgeConfiguration: {} } : {};
    return applyAndCheck(
      properties, 'NotificationConfiguration', configuration,
      (s3, Bucket) => s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: configuration })),
      (s3, Bucket) => s3.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
    );
  },
};

export const inventories: BucketFeature = {
  property: 'InventoryConfigurations',
  read: (properties) => properties.objects('InventoryConfigurations')!.map((inventory) => {
    const destination = inventory.requiredObject('Destination');
    const prefix = inventory.string('Prefix');
    const configuration = {
      Id: inventory.requiredString('Id'),
      IsEnabled: inventory.boolean('Enabled'),
      IncludedObjectVersions: inventory.requiredString('IncludedObjectVersions') as InventoryIncludedObjectVersions,
      OptionalFields: inventory.strings('OptionalFields') as InventoryOptionalField[] | undefined,
      Schedule: { Frequency: inventory.requiredString('ScheduleFrequency') as InventoryFrequency },
      Filter: prefix === undefined ? undefined : { Prefix: prefix },
      Destination: {
        S3BucketDestination: {
          AccountId: destination.string('BucketAccountId'),
          Bucket: destination.requiredString('BucketArn'),
          Format: destination.requiredString('Format') as InventoryFormat,
          Prefix: destination.string('Prefix'),
        },
      },
    };
    return applyAndCheck(
      properties, 'InventoryConfigurations', configuration,
      (s3, Bucket) => s3.send(new PutBucketInventoryConfigurationCommand({ Bucket, Id: configuration.Id, InventoryConfiguration: configuration })),
      async (s3, Bucket) => (await s3.send(new GetBucketInventoryConfigurationCommand({ Bucket, Id: configuration.Id }))).InventoryConfiguration,
    );
  }),
};
