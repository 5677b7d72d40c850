import { assertKept } from '../kept';
import type { ResourceHandler } from '../resource';
import { isRecord } from '../values';

const TARGET = 'AmazonAthena.';
const MAX_NAME_LENGTH = 128;

/** AWS::Athena::NamedQuery. */
export const athenaNamedQuery: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('athena', `${TARGET}${operation}`, body);
  const request = {
    Name: properties.string('Name') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH }),
    Description: properties.string('Description'),
    Database: properties.requiredString('Database'),
    QueryString: properties.requiredString('QueryString'),
    WorkGroup: properties.string('WorkGroup'),
  };
  return {
    create: async () => {
      const { NamedQueryId: id } = await call('CreateNamedQuery', request);
      if (typeof id !== 'string') throw new Error('the endpoint returned no named query');
      return { physicalId: id, attributes: { NamedQueryId: id } };
    },
    configure: async ({ physicalId: NamedQueryId }) => {
      const { NamedQuery: kept } = await call('GetNamedQuery', { NamedQueryId });
      if (!isRecord(kept)) throw new Error(`the endpoint does not know the named query ${NamedQueryId} that it made`);
      for (const [key, value] of Object.entries(request)) assertKept(properties, key, value, kept[key]);
    },
    destroy: async ({ physicalId: NamedQueryId }) => { await call('DeleteNamedQuery', { NamedQueryId }); },
  };
};

/** AWS::Athena::PreparedStatement. */
export const athenaPreparedStatement: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('athena', `${TARGET}${operation}`, body);
  const WorkGroup = properties.requiredString('WorkGroup');
  const StatementName = properties.requiredString('StatementName');
  const request = {
    QueryStatement: properties.requiredString('QueryStatement'),
    Description: properties.string('Description'),
  };
  return {
    create: async () => {
      await call('CreatePreparedStatement', { WorkGroup, StatementName, ...request });
      return { physicalId: StatementName, attributes: {} };
    },
    configure: async () => {
      const { PreparedStatement: kept } = await call('GetPreparedStatement', { WorkGroup, StatementName });
      if (!isRecord(kept)) throw new Error(`the endpoint does not know the prepared statement ${StatementName} that it made`);
      assertKept(properties, 'WorkGroup', WorkGroup, kept.WorkGroupName);
      for (const [key, value] of Object.entries(request)) assertKept(properties, key, value, kept[key]);
    },
    destroy: async () => { await call('DeletePreparedStatement', { WorkGroup, StatementName }); },
  };
};
