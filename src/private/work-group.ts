import { Aws, type Size } from 'aws-cdk-lib';
import type { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type * as kms from 'aws-cdk-lib/aws-kms';

/** A workgroup in which whoever asks does not choose where the answer goes, under which key, or how much is read. */
export function workGroupConfiguration(outputLocation: string, key: kms.IKey, scanLimit: Size): CfnWorkGroup.WorkGroupConfigurationProperty {
  return {
    enforceWorkGroupConfiguration: true,
    publishCloudWatchMetricsEnabled: true,
    bytesScannedCutoffPerQuery: scanLimit.toBytes(),
    engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
    resultConfiguration: {
      outputLocation,
      expectedBucketOwner: Aws.ACCOUNT_ID,
      encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
    },
  };
}
