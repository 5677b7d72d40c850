import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { readAssembly, type StackArtifact } from './assembly';
import { changesBetween } from './changes';
import { type Clients, createClients, type Credentials } from './clients';
import { CrossStackValues } from './cross-stack';
import type { Deployment, DeployOptions } from './deploy';
import { type DeployedResource, type DeployedStack, DeploymentError, type DestroyReport, type Listener, type LiveResource, withoutPlan } from './deployment';
import { destroyResources } from './destroy';
import { describe, reason, RefusedError } from './errors';
import { StackDeployer } from './stack';
import { FunctionHost } from '../emulator/lambda/function-host';

const DEFAULT_REGION = 'us-east-1';
const ANY_CREDENTIALS: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Deploys the stacks of a cloud assembly one after the other, and takes them back. */
export class AssemblyDeployer {
  private readonly clients = new Map<string, Clients>();
  private readonly values = new CrossStackValues();
  private readonly stacks: DeployedStack[] = [];
  private live: LiveResource[] = [];
  private functions?: FunctionHost;

  constructor(private readonly artifacts: readonly StackArtifact[], private readonly options: DeployOptions) {}

  public async deploy(): Promise<Deployment> {
    try {
      const account = await this.account();
      const functions = this.functionHost(account);
      // All templates are read before the first one is deployed, so that a type that is not known costs nothing.
      const deployers = this.artifacts.map((artifact) => this.stackDeployer(artifact, account, functions));
      for (const [index, deployer] of deployers.entries()) {
        const stack = await deployer.deploy();
        this.stacks.push(stack);
        this.values.add(this.regionOf(this.artifacts[index]), stack);
      }
    } catch (error) {
      throw await this.failure(error);
    }
    await this.cool();
    return this.deployment();
  }

  private functionHost(account: string): FunctionHost {
    const { endpoint, credentials, region = DEFAULT_REGION } = this.options;
    this.functions = this.options.functions ?? new FunctionHost({ endpoint, account, region, credentials });
    return this.functions;
  }

  /** Only who gave a host of functions can say when nothing runs on it any more. */
  private async cool(): Promise<void> {
    if (this.options.functions === undefined) await this.functions?.cool();
  }

  private async account(): Promise<string> {
    const { Account: account } = await this.clientsOf(this.options.region ?? DEFAULT_REGION).sts.send(new GetCallerIdentityCommand({}));
    const expected = [this.options.account, ...this.artifacts.map((artifact) => artifact.account)];
    const other = expected.find((wanted) => wanted !== undefined && wanted !== account);
    // ARNs of another account would be in policies that nothing on this endpoint can match.
    if (account === undefined || other !== undefined) {
      throw new RefusedError(`the credentials belong to account ${account}, and the deployer cannot deploy to account ${other}`);
    }
    return account;
  }

  private stackDeployer(artifact: StackArtifact, account: string, functions: FunctionHost): StackDeployer {
    const region = this.regionOf(artifact);
    const consumer = { stackName: artifact.stackName, region };
    return new StackDeployer(artifact, {
      account,
      region,
      clients: this.clientsOf(region),
      credentials: this.options.credentials ?? ANY_CREDENTIALS,
      endpoint: this.options.endpoint,
      functions,
      log: this.log,
      created: (resource) => this.live.push(resource),
      importValue: (name) => this.values.importValue(consumer, name),
      stackOutput: (request) => this.values.stackOutput(consumer, request),
      export: (name, value) => this.values.export(consumer, name, value),
    });
  }

  private deployment(): Deployment {
    const stackOf = (stackName: string): DeployedStack => {
      const stack = this.stacks.find((candidate) => candidate.stackName === stackName);
      if (!stack) throw new Error(`no stack ${stackName} was deployed`);
      return stack;
    };
    const resourceOf = (stackName: string, logicalId: string): DeployedResource => {
      const resource = stackOf(stackName).resources.find((candidate) => candidate.logicalId === logicalId);
      if (!resource) throw new Error(`stack ${stackName} has no resource ${logicalId}`);
      return resource;
    };
    return {
      stacks: this.stacks,
      functions: this.functions?.list() ?? [],
      outputs: (stackName) => stackOf(stackName).outputs,
      physicalId: (stackName, logicalId) => resourceOf(stackName, logicalId).physicalId,
      attribute: (stackName, logicalId, attribute) => {
        const { attributes } = resourceOf(stackName, logicalId);
        if (attributes[attribute] === undefined) throw new Error(`${logicalId} has no attribute ${attribute}`);
        return attributes[attribute];
      },
      changes: (assembly) => changesBetween(this.artifacts, readAssembly(typeof assembly === 'string' ? assembly : assembly.directory)),
      destroy: async () => this.destroy(false),
    };
  }

  private async destroy(rollback: boolean): Promise<DestroyReport> {
    const report = await destroyResources(this.live, {
      log: this.log, rollback, importersOf: (stackName) => this.values.importersOf(stackName),
    });
    this.live = this.live.filter((live) => report.failed.some(({ resource }) => isSame(resource, live)));
    await this.cool();
    if (this.live.length === 0) await this.close();
    return report;
  }

  private async failure(error: unknown): Promise<DeploymentError> {
    const created = this.live.map(withoutPlan);
    const rollback = this.options.keepOnFailure ? undefined : await this.destroy(true);
    const lines = [reason(error)];
    if (created.length > 0) lines.push(`it had created ${names(created)}`);
    if (rollback?.retained.length) lines.push(`their DeletionPolicy retains ${names(rollback.retained)}`);
    for (const { resource, reason: why } of rollback?.failed ?? []) lines.push(`the rollback of ${describe(resource)} failed: ${why}`);
    await this.close();
    return new DeploymentError(lines.join('\n'), created, rollback, error);
  }

  private regionOf(artifact: StackArtifact): string {
    return artifact.region ?? this.options.region ?? DEFAULT_REGION;
  }

  private clientsOf(region: string): Clients {
    const existing = this.clients.get(region);
    if (existing) return existing;
    const created = createClients(this.options.endpoint, region, this.options.credentials ?? ANY_CREDENTIALS, this.options.stepFunctions);
    this.clients.set(region, created);
    return created;
  }

  private async close(): Promise<void> {
    if (this.options.functions === undefined) await this.functions?.close();
    for (const clients of this.clients.values()) clients.close();
  }

  private readonly log: Listener = (event) => this.options.log?.(event);
}

function isSame(left: DeployedResource, right: DeployedResource): boolean {
  return left.stackName === right.stackName && left.logicalId === right.logicalId;
}

function names(resources: readonly DeployedResource[]): string {
  return resources.map((resource) => `${describe(resource)} ${resource.physicalId}`).join(', ');
}
