import { readAssembly } from './assembly';
import { AssemblyDeployer } from './assembly-deployer';
import { assertLocal, type Credentials } from './clients';
import type { StoredFunction } from './custom-resource/function-store';
import type { DeployedStack, DestroyReport, Listener } from './deployment';

export { DeploymentError } from './deployment';
export type { DeployedResource, DeployedStack, DeployEvent, DestroyReport, FailedDeletion } from './deployment';
export { RefusedError } from './errors';

export interface DeployOptions {
  /** The address of the local endpoint, such as `http://127.0.0.1:5000`. */
  readonly endpoint: string;
  /**
   * The region of stacks that name none.
   *
   * @default - us-east-1
   */
  readonly region?: string;
  /**
   * The account of stacks that name none. It must be the one that the credentials belong to.
   *
   * @default - the account of the credentials
   */
  readonly account?: string;
  /** @default - credentials that every local endpoint takes */
  readonly credentials?: Credentials;
  /** @default - nothing is reported */
  readonly log?: Listener;
  /**
   * Whether to leave everything in place when the deployment fails, to look at it.
   *
   * @default - what was created is rolled back
   */
  readonly keepOnFailure?: boolean;
}

/** A cloud assembly that is deployed. */
export interface Deployment {
  readonly stacks: readonly DeployedStack[];
  /** The functions that custom resources call. */
  readonly functions: readonly StoredFunction[];
  outputs(stackName: string): Readonly<Record<string, unknown>>;
  physicalId(stackName: string, logicalId: string): string;
  attribute(stackName: string, logicalId: string, attribute: string): unknown;
  /** Deletes what the DeletionPolicies let it, in reverse order. What failed may be tried again. */
  destroy(): Promise<DestroyReport>;
}

/** Deploys a cloud assembly, given as its folder or as what `app.synth()` returns, onto a local endpoint. */
export async function deployAssembly(assembly: string | { readonly directory: string }, options: DeployOptions): Promise<Deployment> {
  assertLocal(options.endpoint);
  const artifacts = readAssembly(typeof assembly === 'string' ? assembly : assembly.directory);
  return new AssemblyDeployer(artifacts, options).deploy();
}
