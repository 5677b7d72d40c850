import { randomBytes } from 'node:crypto';
import type { StackArtifact } from './assembly';
import type { Clients, Credentials } from './clients';
import { type DeployedStack, type Listener, type LiveResource, withoutPlan } from './deployment';
import { describe, RefusedError, reason } from './errors';
import { type Environment, type Lookup, resolveIntrinsics, type StackOutputRequest } from './intrinsics';
import { PropertyReader } from './property-reader';
import type { ResourceContext } from './resource';
import { handlerOf, IGNORED_TYPES } from './resources';
import { conditionEvaluator, dependenciesOf, orderResources, parseTemplate, type Template, type TemplateResource } from './template';
import { isRecord } from './values';
import type { FunctionHost } from '../emulator/lambda/function-host';

/** What a stack needs from the deployment that it is part of. */
export interface StackOptions {
  readonly clients: Clients;
  readonly credentials: Credentials;
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  readonly functions: FunctionHost;
  readonly log: Listener;
  /** Called as soon as a resource exists, so that a failure after it can be taken back. */
  created(resource: LiveResource): void;
  importValue(name: string): unknown;
  stackOutput(request: StackOutputRequest): unknown;
  export(name: string, value: unknown): void;
}

/** Deploys one stack. */
export class StackDeployer {
  private readonly template: Template;
  private readonly env: Environment & { readonly stackId: string };
  private readonly live = new Map<string, LiveResource>();
  private readonly lookup: Lookup;
  private readonly order: TemplateResource[];

  constructor(private readonly artifact: StackArtifact, private readonly options: StackOptions) {
    this.template = parseTemplate(artifact.template, artifact.stackName);
    this.env = environmentOf(artifact.stackName, options.region, options.account);
    const condition = conditionEvaluator(this.template, () => ({
      env: this.env, lookup: this.lookup, mappings: this.template.mappings, resolve: (value) => this.resolve(value),
    }));
    this.lookup = {
      ref: (id) => this.template.parameters.has(id) ? this.template.parameters.get(id) : this.liveResource(id).physicalId,
      getAtt: (id, attribute) => attributeOf(this.liveResource(id), attribute),
      importValue: options.importValue,
      stackOutput: options.stackOutput,
      condition,
    };
    this.order = orderResources(this.template, (resource) => resource.condition === undefined || condition(resource.condition));
    // Told before anything is created, because it needs no resolved value.
    const unknown = this.order.find(({ type }) => !IGNORED_TYPES.includes(type) && !handlerOf(type));
    if (unknown) throw new RefusedError(`${describe(unknown)}: the deployer does not apply resources of this type and so refuses it`);
  }

  public async deploy(): Promise<DeployedStack> {
    for (const resource of this.order) {
      await inContext(resource, async () => this.create(resource));
    }
    for (const resource of this.live.values()) {
      await inContext(resource, async () => resource.plan.complete?.(resource));
    }
    return { stackName: this.artifact.stackName, resources: [...this.live.values()].map(withoutPlan), outputs: this.outputs() };
  }

  private async create(resource: TemplateResource): Promise<void> {
    const { logicalId, type } = resource;
    const { stackName } = this.artifact;
    const handler = handlerOf(type);
    if (!handler) {
      this.options.log({ kind: 'ignored', stackName, logicalId, type });
      return;
    }
    this.options.log({ kind: 'creating', stackName, logicalId, type });
    const properties = this.resolve(resource.properties);
    const reader = new PropertyReader(isRecord(properties) ? properties : {}, { logicalId, type });
    const plan = handler(reader, this.context(resource));
    reader.finish();
    const live = {
      ...await plan.create(), stackName, logicalId, type, plan, deletionPolicy: resource.deletionPolicy, dependencies: dependenciesOf(resource),
    };
    this.live.set(logicalId, live);
    this.options.created(live);
    await plan.configure?.(live);
    this.options.log({ kind: 'created', stackName, logicalId, type });
  }

  private outputs(): Record<string, unknown> {
    const outputs: Record<string, unknown> = {};
    for (const { name, value, condition, exportName } of this.template.outputs) {
      if (condition !== undefined && !this.lookup.condition!(condition)) continue;
      outputs[name] = this.resolve(value);
      if (exportName !== undefined) this.options.export(String(this.resolve(exportName)), outputs[name]);
    }
    return outputs;
  }

  private resolve(value: unknown): unknown {
    return resolveIntrinsics(value, this.env, this.lookup, this.template.mappings);
  }

  private liveResource(logicalId: string): LiveResource {
    const live = this.live.get(logicalId);
    if (!live) throw new Error(`${logicalId} does not exist: its condition is false or its type is ignored`);
    return live;
  }

  private context({ logicalId, type }: TemplateResource): ResourceContext {
    const { clients, credentials, endpoint, functions } = this.options;
    return {
      logicalId,
      type,
      env: this.env,
      clients,
      credentials,
      endpoint,
      functions,
      stack: this.artifact,
      physicalName: ({ maxLength, lowerCase = false }) => {
        const suffix = randomBytes(6).toString('hex');
        const base = `${this.artifact.stackName}-${logicalId}`.slice(0, maxLength - suffix.length - 1);
        return lowerCase ? `${base}-${suffix}`.toLowerCase() : `${base}-${suffix.toUpperCase()}`;
      },
    };
  }
}

function attributeOf(resource: LiveResource, attribute: string): unknown {
  const value = Object.hasOwn(resource.attributes, attribute) ? resource.attributes[attribute] : undefined;
  if (value === undefined) throw new Error(`${describe(resource)} has no attribute ${attribute}`);
  return value;
}

function environmentOf(stackName: string, region: string, account: string): Environment & { readonly stackId: string } {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const stackId = `arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}/${randomBytes(8).toString('hex')}`;
  return { partition, region, account, stackName, stackId, urlSuffix: partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com' };
}

/** Says which resource an error is about, unless it says so itself. */
async function inContext(resource: { logicalId: string; type: string }, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw new Error(`${describe(resource)} failed: ${reason(error)}`, { cause: error });
  }
}
