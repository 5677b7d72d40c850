import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';

/**
 * The regions of the partition, separated by commas: the folders in which a trail of all regions writes.
 *
 * As the CDK knows them. A region that it does not know yet is not looked into until the CDK is
 * updated, except the one of the stack.
 */
export function regionsOfPartition(scope: Construct): string {
  const { region } = Stack.of(scope);
  if (!Token.isUnresolved(region)) { return listed(RegionInfo.get(region).partition, region); }
  const partitions = [...new Set(RegionInfo.regions.flatMap(({ partition }) => partition ?? []))].sort();
  const mapping = new CfnMapping(scope, 'Regions', {
    mapping: Object.fromEntries(partitions.map((partition) => [partition, { names: listed(partition) }])),
  });
  return mapping.findInMap(Aws.PARTITION, 'names');
}

function listed(partition: string | undefined, ...more: string[]): string {
  const names = RegionInfo.regions.filter((one) => one.partition === partition).map(({ name }) => name);
  return [...new Set([...names, ...more])].sort().join(',');
}
