import type { PropertyReader } from '../property-reader';
import type { ResourceContext } from '../resource';

/** Calls the Data Catalog. */
export function glueCall(context: ResourceContext) {
  return async (operation: string, body: object) => context.clients.json.call('glue', `AWSGlue.${operation}`, body);
}

/** The catalog that a database or a table is in. The endpoint has one for the account, whatever it is asked. */
export function readCatalog(properties: PropertyReader, context: ResourceContext): string {
  const catalog = properties.requiredString('CatalogId');
  if (catalog !== context.env.account) throw properties.refuse('CatalogId', `only the catalog of the account, ${context.env.account}, is there`);
  return catalog;
}
