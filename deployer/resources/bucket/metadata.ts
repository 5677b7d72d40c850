import {
  CreateBucketMetadataConfigurationCommand, type ExpirationState, GetBucketMetadataConfigurationCommand, type InventoryConfigurationState,
  type TableSseAlgorithm,
} from '@aws-sdk/client-s3';
import { applyAndCheck, type BucketFeature } from './feature';
import type { PropertyReader } from '../../property-reader';

/** The tables of S3 Metadata. Annotations and a destination of one's own stay unread and so are refused. */
export const metadata: BucketFeature = {
  property: 'MetadataConfiguration',
  read: (properties) => {
    const configuration = properties.requiredObject('MetadataConfiguration');
    const journal = configuration.requiredObject('JournalTableConfiguration');
    const inventory = configuration.object('InventoryTableConfiguration');
    const expiration = journal.requiredObject('RecordExpiration');
    const RecordExpiration = { Expiration: expiration.requiredString('Expiration') as ExpirationState, Days: expiration.number('Days') };
    const ConfigurationState = inventory?.requiredString('ConfigurationState') as InventoryConfigurationState | undefined;
    const sent = {
      JournalTableConfiguration: { RecordExpiration, EncryptionConfiguration: readEncryption(journal) },
      InventoryTableConfiguration: inventory && { ConfigurationState, EncryptionConfiguration: readEncryption(inventory) },
    };
    return applyAndCheck(
      properties, 'MetadataConfiguration', { RecordExpiration, ConfigurationState },
      (s3, Bucket) => s3.send(new CreateBucketMetadataConfigurationCommand({ Bucket, MetadataConfiguration: sent })),
      async (s3, Bucket) => {
        const { GetBucketMetadataConfigurationResult: answer } = await s3.send(new GetBucketMetadataConfigurationCommand({ Bucket }));
        const kept = answer?.MetadataConfigurationResult;
        return {
          RecordExpiration: kept?.JournalTableConfigurationResult?.RecordExpiration,
          ConfigurationState: kept?.InventoryTableConfigurationResult?.ConfigurationState,
        };
      },
    );
  },
};

function readEncryption(of: PropertyReader) {
  const encryption = of.object('EncryptionConfiguration');
  return encryption && { SseAlgorithm: encryption.requiredString('SseAlgorithm') as TableSseAlgorithm, KmsKeyArn: encryption.string('KmsKeyArn') };
}
