import type { ResourceName } from './errors';
import type { CreatedResource, ResourcePlan } from './resource';
import type { DeletionPolicy } from './template';

/** A resource as it was deployed. */
export interface DeployedResource extends ResourceName, CreatedResource {
  readonly stackName: string;
  readonly deletionPolicy: DeletionPolicy;
}

/** A resource that exists, with the way to delete it. */
export interface LiveResource extends DeployedResource {
  readonly plan: ResourcePlan;
  /** The resources of the same stack that must not be deleted before this one. */
  readonly dependencies: readonly string[];
}

/** What others may know of a live resource. */
export function withoutPlan({ plan: _, dependencies: __, ...resource }: LiveResource): DeployedResource {
  return resource;
}

export interface DeployedStack {
  readonly stackName: string;
  readonly resources: readonly DeployedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What became of every resource when a deployment was destroyed. Each is in exactly one list. */
export interface DestroyReport {
  readonly deleted: readonly DeployedResource[];
  /** Left in place, because of their DeletionPolicy. */
  readonly retained: readonly DeployedResource[];
  readonly failed: readonly FailedDeletion[];
}

export interface FailedDeletion {
  readonly resource: DeployedResource;
  readonly reason: string;
}

/** One step of a deployment, for a progress display. */
export interface DeployEvent {
  readonly kind: 'creating' | 'created' | 'ignored' | 'deleting' | 'deleted' | 'retained' | 'failed';
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly reason?: string;
}

export type Listener = (event: DeployEvent) => void;

/** A deployment failed. What it had created by then is listed, and rolled back unless asked otherwise. */
export class DeploymentError extends Error {
  constructor(
    message: string,
    readonly created: readonly DeployedResource[],
    /** `undefined` if everything was kept. */
    readonly rollback: DestroyReport | undefined,
    cause: unknown,
  ) {
    super(message, { cause });
    this.name = 'DeploymentError';
  }
}
