import { type DeployedResource, type DestroyReport, type FailedDeletion, type Listener, type LiveResource, withoutPlan } from './deployment';
import { reason } from './errors';

export interface DestroyOptions {
  readonly log: Listener;
  /** Whether this takes back a creation, so that `RetainExceptOnCreate` does not hold. */
  readonly rollback: boolean;
  /** Whether outputs of a stack are imported by another one, and by which. */
  importersOf(stackName: string): readonly string[];
}

/**
 * Deletes resources in the reverse order of their creation, as far as their DeletionPolicy allows.
 *
 * A resource stays if one that depends on it could not be deleted, and so does a whole stack that such
 * a stack imports from: CloudFormation would not get to them either.
 */
export async function destroyResources(resources: readonly LiveResource[], options: DestroyOptions): Promise<DestroyReport> {
  const deleted: DeployedResource[] = [];
  const retained: DeployedResource[] = [];
  const failed: (FailedDeletion & { readonly resource: LiveResource })[] = [];
  for (const resource of [...resources].reverse()) {
    const { stackName, logicalId, type } = resource;
    const report = (kind: 'deleting' | 'deleted' | 'retained' | 'failed', why?: string) => options.log({ kind, stackName, logicalId, type, reason: why });
    if (resource.deletionPolicy === 'Retain' || (resource.deletionPolicy === 'RetainExceptOnCreate' && !options.rollback)) {
      retained.push(withoutPlan(resource));
      report('retained');
      continue;
    }
    try {
      const blocker = failed.find(({ resource: other }) => isNeededBy(resource, other, options));
      if (blocker) throw new Error(`${blocker.resource.logicalId}, which could not be deleted, needs it`);
      report('deleting');
      await resource.plan.destroy(resource);
      deleted.push(withoutPlan(resource));
      report('deleted');
    } catch (error) {
      failed.push({ resource, reason: reason(error) });
      report('failed', reason(error));
    }
  }
  return { deleted, retained, failed: failed.map((failure) => ({ ...failure, resource: withoutPlan(failure.resource) })) };
}

function isNeededBy(resource: LiveResource, other: LiveResource, { importersOf }: DestroyOptions): boolean {
  if (resource.stackName === other.stackName) return other.dependencies.includes(resource.logicalId);
  return importersOf(resource.stackName).includes(other.stackName);
}
