import type { PropertyReader } from './property-reader';
import type { ResourceContext } from './resource';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * The tags of a resource: its own, and those of the stack that it does not override.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
 */
export function readTags(properties: PropertyReader, context: ResourceContext): Tag[] {
  const own = readTagList(properties, 'Tags') ?? [];
  const inherited = Object.entries(context.stack.tags)
    .filter(([key]) => !own.some((tag) => tag.Key === key))
    .map(([Key, Value]) => ({ Key, Value }));
  return [...own, ...inherited];
}

/** Tags as the services of JSON take them that have an object for them. */
export function tagMap(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** A list of key and value pairs, such as the tag filters of a rule. */
export function readTagList(properties: PropertyReader, key: string): Tag[] | undefined {
  return properties.objects(key)?.map((tag) => ({ Key: tag.requiredString('Key'), Value: tag.requiredString('Value') }));
}
