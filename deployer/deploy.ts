import { readAssembly } from './assembly';
import { AssemblyDeployer } from './assembly-deployer';
import { assertLocal, type Credentials } from './clients';
import type { DeployedStack, DestroyReport, Listener } from './deployment';
import type { FunctionDefinition } from '../emulator/lambda/function-definition';
import type { FunctionHost } from '../emulator/lambda/function-host';

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
  /**
   * Where the functions of the stacks run.
   *
   * @default - in a host of the deployment's own, for custom resources only
   */
  readonly functions?: FunctionHost;
  /**
   * The address of a local Step Functions.
   *
   * @default - state machines are refused
   */
  readonly stepFunctions?: string;
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
  /** The functions of the stacks, which local endpoints do not run. */
  readonly functions: readonly FunctionDefinition[];
  outputs(stackName: string): Readonly<Record<string, unknown>>;
  physicalId(stackName: string, logicalId: string): string;
  attribute(stackName: string, logicalId: string, attribute: string): unknown;
  /** What a deployment of another assembly over this one would change: `STACK/LOGICAL_ID` of each. Nothing is deployed. */
  changes(assembly: string | { readonly directory: string }): string[];
  /** Deletes what the DeletionPolicies let it, in reverse order. What failed may be tried again. */
  destroy(): Promise<DestroyReport>;
}

/** Deploys a cloud assembly, given as its folder or as what `app.synth()` returns, onto a local endpoint. */
export async function deployAssembly(assembly: string | { readonly directory: string }, options: DeployOptions): Promise<Deployment> {
  assertLocal(options.endpoint);
  if (options.stepFunctions !== undefined) assertLocal(options.stepFunctions);
  const artifacts = readAssembly(typeof assembly === 'string' ? assembly : assembly.directory);
  return new AssemblyDeployer(artifacts, options).deploy();
}
