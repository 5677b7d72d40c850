import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { glueCall, readCatalog } from './glue-parts';
import { readColumns, readStorage } from './glue-storage';
import { isRecord } from '../values';

const MAX_NAME_LENGTH = 255;

/** AWS::Glue::Table. Open table formats, view definitions and a second `Name` stay unread and so are refused. */
export const glueTable: ResourceHandler = (properties, context) => {
  const call = glueCall(context);
  const CatalogId = readCatalog(properties, context);
  const DatabaseName = properties.requiredString('DatabaseName');
  const input = properties.requiredObject('TableInput');
  const Name = input.string('Name') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH, lowerCase: true });
  const TableInput = readTable(input, Name);
  // The catalog folds names to lower case, and finds nothing by another form.
  const stored = { CatalogId, DatabaseName, Name: Name.toLowerCase() };
  return {
    create: async () => {
      await call('CreateTable', { CatalogId, DatabaseName, TableInput });
      return { physicalId: Name, attributes: {} };
    },
    configure: async () => {
      const { Table: kept } = await call('GetTable', stored);
      if (!isRecord(kept)) throw new Error(`the endpoint does not know the table ${Name} that it made`);
      assertKept(properties, 'TableInput', TableInput, kept);
    },
    destroy: async () => { await call('DeleteTable', stored); },
  };
};

function readTable(input: PropertyReader, Name: string) {
  const target = input.object('TargetTable');
  return {
    Name,
    Description: input.string('Description'),
    Owner: input.string('Owner'),
    TableType: input.string('TableType'),
    Retention: input.number('Retention'),
    Parameters: input.stringMap('Parameters'),
    PartitionKeys: readColumns(input, 'PartitionKeys'),
    StorageDescriptor: readStorage(input),
    ViewOriginalText: input.string('ViewOriginalText'),
    ViewExpandedText: input.string('ViewExpandedText'),
    TargetTable: target && {
      CatalogId: target.string('CatalogId'),
      DatabaseName: target.string('DatabaseName'),
      Name: target.string('Name'),
      Region: target.string('Region'),
    },
  };
}
