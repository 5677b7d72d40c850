import { assertKept } from '../kept';
import type { ResourceHandler } from '../resource';
import { glueCall, readCatalog } from './glue-parts';
import { isRecord } from '../values';

const MAX_NAME_LENGTH = 255;

/** AWS::Glue::Database. Federated databases and `DatabaseName`, a second name, stay unread and so are refused. */
export const glueDatabase: ResourceHandler = (properties, context) => {
  const call = glueCall(context);
  const CatalogId = readCatalog(properties, context);
  const input = properties.requiredObject('DatabaseInput');
  const target = input.object('TargetDatabase');
  const Name = input.string('Name') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH, lowerCase: true });
  const DatabaseInput = {
    Name,
    Description: input.string('Description'),
    LocationUri: input.string('LocationUri'),
    Parameters: input.stringMap('Parameters'),
    TargetDatabase: target && {
      CatalogId: target.string('CatalogId'),
      DatabaseName: target.string('DatabaseName'),
      Region: target.string('Region'),
    },
    CreateTableDefaultPermissions: input.objects('CreateTableDefaultPermissions')?.map((permission) => {
      const principal = permission.object('Principal');
      return {
        Permissions: permission.strings('Permissions'),
        Principal: principal && { DataLakePrincipalIdentifier: principal.string('DataLakePrincipalIdentifier') },
      };
    }),
  };
  // The catalog folds names to lower case, and finds nothing by another form.
  const stored = { CatalogId, Name: Name.toLowerCase() };
  return {
    create: async () => {
      await call('CreateDatabase', { CatalogId, DatabaseInput });
      return { physicalId: Name, attributes: {} };
    },
    configure: async () => {
      const { Database: kept } = await call('GetDatabase', stored);
      if (!isRecord(kept)) throw new Error(`the endpoint does not know the database ${Name} that it made`);
      assertKept(properties, 'DatabaseInput', DatabaseInput, kept);
    },
    destroy: async () => { await call('DeleteDatabase', stored); },
  };
};
