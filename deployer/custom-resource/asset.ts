import { existsSync } from 'node:fs';
import type { StackArtifact } from '../assembly';
import { RefusedError } from '../errors';

/**
 * The path of an asset in the cloud assembly, by the bucket and key under which `cdk deploy` would publish it.
 *
 * The manifest may hold `${AWS::AccountId}` in bucket names of environment-agnostic stacks, so the key decides:
 * it is the hash of the content.
 */
export function findAsset(stack: StackArtifact, bucketName: string, objectKey: string): string {
  const asset = stack.assets.find(({ destinations }) => destinations.some((destination) => destination.objectKey === objectKey));
  if (!asset) {
    throw new RefusedError(`stack ${stack.stackName} has no asset ${objectKey} for bucket ${bucketName}: the deployer runs only code of the cloud assembly`);
  }
  if (!existsSync(asset.path)) throw new RefusedError(`the asset ${asset.path} is not in the cloud assembly`);
  return asset.path;
}
