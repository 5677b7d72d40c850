import { assertKept } from '../kept';
import type { ResourceHandler } from '../resource';
import { isRecord } from '../values';

const TARGET = 'Logs_20140328.';

/** AWS::Logs::QueryDefinition. */
export const logQueryDefinition: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('logs', `${TARGET}${operation}`, body);
  const request = {
    name: properties.requiredString('Name'),
    queryString: properties.requiredString('QueryString'),
    queryLanguage: properties.string('QueryLanguage'),
    logGroupNames: properties.strings('LogGroupNames'),
    parameters: properties.objects('Parameters')?.map((parameter) => ({
      name: parameter.requiredString('Name'),
      defaultValue: parameter.string('DefaultValue'),
      description: parameter.string('Description'),
    })),
  };
  return {
    create: async () => {
      const { queryDefinitionId: id } = await call('PutQueryDefinition', request);
      if (typeof id !== 'string') throw new Error('the endpoint returned no query definition');
      return { physicalId: id, attributes: { QueryDefinitionId: id } };
    },
    configure: async ({ physicalId }) => {
      const { queryDefinitions: definitions } = await call('DescribeQueryDefinitions', { queryDefinitionNamePrefix: request.name });
      const kept: unknown = Array.isArray(definitions) ? definitions.find((one) => isRecord(one) && one.queryDefinitionId === physicalId) : undefined;
      if (!isRecord(kept)) throw new Error(`the endpoint does not know the query definition ${physicalId} that it made`);
      assertKept(properties, 'Name', request.name, kept.name);
      assertKept(properties, 'QueryString', request.queryString, kept.queryString);
      assertKept(properties, 'QueryLanguage', request.queryLanguage, kept.queryLanguage);
      assertKept(properties, 'LogGroupNames', request.logGroupNames, kept.logGroupNames);
      assertKept(properties, 'Parameters', request.parameters, kept.parameters);
    },
    destroy: async ({ physicalId }) => { await call('DeleteQueryDefinition', { queryDefinitionId: physicalId }); },
  };
};
