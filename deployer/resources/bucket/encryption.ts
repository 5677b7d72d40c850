import { GetBucketEncryptionCommand, PutBucketEncryptionCommand, type EncryptionType, type ServerSideEncryption } from '@aws-sdk/client-s3';
import { applyAndCheck, type BucketFeature } from './feature';

export const encryption: BucketFeature = {
  property: 'BucketEncryption',
  read: (properties) => {
    const rules = properties.requiredObject('BucketEncryption').requiredObjects('ServerSideEncryptionConfiguration').map((rule) => {
      const byDefault = rule.object('ServerSideEncryptionByDefault');
      return {
        ApplyServerSideEncryptionByDefault: byDefault && {
          SSEAlgorithm: byDefault.requiredString('SSEAlgorithm') as ServerSideEncryption,
          KMSMasterKeyID: byDefault.string('KMSMasterKeyID'),
        },
        BucketKeyEnabled: rule.boolean('BucketKeyEnabled'),
        BlockedEncryptionTypes: optional(rule.object('BlockedEncryptionTypes'), (blocked) => ({
          EncryptionType: blocked.strings('EncryptionType') as EncryptionType[],
        })),
      };
    });
    return applyAndCheck(
      properties, 'BucketEncryption', rules,
      (s3, Bucket) => s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: rules } })),
      async (s3, Bucket) => (await s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules,
    );
  },
};

function optional<T, U>(value: T | undefined, map: (value: T) => U): U | undefined {
  return value === undefined ? undefined : map(value);
}
