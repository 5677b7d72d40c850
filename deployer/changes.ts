import { isDeepStrictEqual } from 'node:util';
import type { StackArtifact } from './assembly';
import { isRecord } from './values';

/**
 * What a second deployment would change, as CloudFormation finds it out: it compares the templates, and where nothing differs nothing is
 * updated. Names what is added, taken away or different, each as `STACK/LOGICAL_ID`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html
 */
export function changesBetween(before: readonly StackArtifact[], after: readonly StackArtifact[]): string[] {
  const [old, fresh] = [partsOf(before), partsOf(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => !isDeepStrictEqual(old.get(name), fresh.get(name))).sort();
}

function partsOf(artifacts: readonly StackArtifact[]): Map<string, unknown> {
  return new Map(artifacts.flatMap(({ stackName, template, tags }) => [
    [`${stackName}/Tags`, tags] as const,
    ...['Resources', 'Outputs', 'Parameters', 'Mappings', 'Conditions'].flatMap((section) => {
      const entries = isRecord(template) && isRecord(template[section]) ? template[section] : {};
      return Object.entries(entries).map(([id, definition]) => [`${stackName}/${id}`, definition] as const);
    }),
  ]));
}
