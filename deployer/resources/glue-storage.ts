import type { PropertyReader } from '../property-reader';

/** Where the data of a table is, and how it is read. Schemas of a registry stay unread and so are refused. */
export function readStorage(table: PropertyReader) {
  const storage = table.object('StorageDescriptor');
  if (storage === undefined) return undefined;
  const serde = storage.object('SerdeInfo');
  const skewed = storage.object('SkewedInfo');
  return {
    Columns: readColumns(storage, 'Columns'),
    Location: storage.string('Location'),
    InputFormat: storage.string('InputFormat'),
    OutputFormat: storage.string('OutputFormat'),
    Compressed: storage.boolean('Compressed'),
    NumberOfBuckets: storage.number('NumberOfBuckets'),
    BucketColumns: storage.strings('BucketColumns'),
    SortColumns: storage.objects('SortColumns')?.map((order) => ({ Column: order.requiredString('Column'), SortOrder: order.number('SortOrder') })),
    StoredAsSubDirectories: storage.boolean('StoredAsSubDirectories'),
    Parameters: storage.stringMap('Parameters'),
    SerdeInfo: serde && {
      Name: serde.string('Name'),
      SerializationLibrary: serde.string('SerializationLibrary'),
      Parameters: serde.stringMap('Parameters'),
    },
    SkewedInfo: skewed && {
      SkewedColumnNames: skewed.strings('SkewedColumnNames'),
      SkewedColumnValues: skewed.strings('SkewedColumnValues'),
      SkewedColumnValueLocationMaps: skewed.stringMap('SkewedColumnValueLocationMaps'),
    },
  };
}

export function readColumns(of: PropertyReader, key: string) {
  return of.objects(key)?.map((column) => ({
    Name: column.requiredString('Name'),
    Type: column.string('Type'),
    Comment: column.string('Comment'),
  }));
}
