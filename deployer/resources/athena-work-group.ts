import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';
import { isRecord } from '../values';

const TARGET = 'AmazonAthena.';
const ENGINE = 'WorkGroupConfiguration.EngineVersion.EffectiveEngineVersion';

/** AWS::Athena::WorkGroup, for SQL. What is of Spark alone, and updates of a configuration, stay unread and so are refused. */
export const athenaWorkGroup: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('athena', `${TARGET}${operation}`, body);
  const Name = properties.requiredString('Name');
  const Description = properties.string('Description');
  const Configuration = readConfiguration(properties);
  const Tags = readTags(properties, context);
  const State = properties.string('State');
  const RecursiveDeleteOption = properties.boolean('RecursiveDeleteOption');
  const arn = `arn:${context.env.partition}:athena:${context.env.region}:${context.env.account}:workgroup/${Name}`;
  return {
    create: async () => {
      await call('CreateWorkGroup', { Name, Description, Configuration, Tags });
      return { physicalId: Name, attributes: {} };
    },
    configure: async ({ attributes }) => {
      // A workgroup is always made enabled.
      if (State !== undefined) await call('UpdateWorkGroup', { WorkGroup: Name, State });
      const { WorkGroup: kept } = await call('GetWorkGroup', { WorkGroup: Name });
      if (!isRecord(kept) || !isRecord(kept.Configuration)) throw new Error(`the endpoint does not know the workgroup ${Name} that it made`);
      assertKept(properties, 'Description', Description, kept.Description);
      assertKept(properties, 'State', State, kept.State);
      assertKept(properties, 'WorkGroupConfiguration', Configuration, kept.Configuration);
      if (Tags.length > 0) assertKept(properties, 'Tags', Tags, (await call('ListTagsForResource', { ResourceARN: arn })).Tags);
      // The creating call answers nothing: what the endpoint chose is known only now.
      attributes.CreationTime = String(Math.floor(Number(kept.CreationTime)));
      const { EngineVersion: engine } = kept.Configuration;
      attributes[ENGINE] = isRecord(engine) ? engine.EffectiveEngineVersion : undefined;
    },
    destroy: async () => { await call('DeleteWorkGroup', { WorkGroup: Name, RecursiveDeleteOption }); },
  };
};

function readConfiguration(properties: PropertyReader) {
  const configuration = properties.object('WorkGroupConfiguration');
  const engine = configuration?.object('EngineVersion');
  const content = configuration?.object('CustomerContentEncryptionConfiguration');
  const managed = configuration?.object('ManagedQueryResultsConfiguration');
  const managedKey = managed?.object('EncryptionConfiguration');
  return configuration && {
    EnforceWorkGroupConfiguration: configuration.boolean('EnforceWorkGroupConfiguration'),
    PublishCloudWatchMetricsEnabled: configuration.boolean('PublishCloudWatchMetricsEnabled'),
    BytesScannedCutoffPerQuery: configuration.number('BytesScannedCutoffPerQuery'),
    RequesterPaysEnabled: configuration.boolean('RequesterPaysEnabled'),
    ExecutionRole: configuration.string('ExecutionRole'),
    EngineVersion: engine && { SelectedEngineVersion: engine.string('SelectedEngineVersion') },
    CustomerContentEncryptionConfiguration: content && { KmsKey: content.requiredString('KmsKey') },
    ResultConfiguration: readResults(configuration),
    ManagedQueryResultsConfiguration: managed && {
      Enabled: managed.boolean('Enabled'),
      EncryptionConfiguration: managedKey && { KmsKey: managedKey.string('KmsKey') },
    },
  };
}

function readResults(configuration: PropertyReader) {
  const results = configuration.object('ResultConfiguration');
  const encryption = results?.object('EncryptionConfiguration');
  const acl = results?.object('AclConfiguration');
  return results && {
    OutputLocation: results.string('OutputLocation'),
    ExpectedBucketOwner: results.string('ExpectedBucketOwner'),
    EncryptionConfiguration: encryption && {
      EncryptionOption: encryption.requiredString('EncryptionOption'),
      KmsKey: encryption.string('KmsKey'),
    },
    AclConfiguration: acl && { S3AclOption: acl.requiredString('S3AclOption') },
  };
}
