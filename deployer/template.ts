import { evaluateCondition } from './conditions';
import { RefusedError } from './errors';
import type { Scope } from './intrinsics';
import { inDependencyOrder } from './order';
import { references } from './references';
import { isRecord, show } from './values';

export type DeletionPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate';

export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly deletionPolicy: DeletionPolicy;
}

export interface TemplateOutput {
  readonly name: string;
  readonly value: unknown;
  readonly condition?: string;
  /** The name to export under: may hold intrinsic functions. */
  readonly exportName?: unknown;
}

export interface Template {
  readonly resources: readonly TemplateResource[];
  readonly outputs: readonly TemplateOutput[];
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly mappings: Record<string, unknown>;
  readonly conditions: Record<string, unknown>;
}

// Both describe the bootstrap stack, which a local endpoint does not have and the deployer does not use.
const BOOTSTRAP_PARAMETER = 'BootstrapVersion';
const BOOTSTRAP_RULE = 'CheckBootstrapVersion';

/** Reads a template. A section or an attribute that the deployer would not honour is refused. */
export function parseTemplate(json: unknown, stackName: string): Template {
  if (!isRecord(json)) throw new RefusedError(`the template of ${stackName} is not an object`);
  // Metadata, Description and the version say nothing about what to deploy.
  const { Metadata: _, Description: __, AWSTemplateFormatVersion: ___, Resources, Outputs, Parameters, Mappings, Conditions, Rules, ...rest } = json;
  refuseKeys(rest, `the template of ${stackName}`);
  refuseKeys(without(section(Rules), BOOTSTRAP_RULE), `the Rules of ${stackName}`);
  return {
    resources: Object.entries(section(Resources)).map(([logicalId, resource]) => parseResource(logicalId, resource)),
    outputs: Object.entries(section(Outputs)).map(([name, output]) => parseOutput(name, output)),
    parameters: parseParameters(section(Parameters), stackName),
    mappings: section(Mappings),
    conditions: section(Conditions),
  };
}

/** The resources to create, in the order in which to create them. */
export function orderResources(template: Template, exists: (resource: TemplateResource) => boolean): TemplateResource[] {
  const byId = new Map(template.resources.map((resource) => [resource.logicalId, resource]));
  const dependencies = new Map(template.resources.map((resource) => [resource.logicalId, dependenciesOf(resource)]));
  for (const [logicalId, wanted] of dependencies) {
    const missing = wanted.find((id) => !byId.has(id) && !template.parameters.has(id));
    if (missing !== undefined) throw new RefusedError(`${logicalId} refers to ${missing}, which is neither a resource nor a parameter`);
  }
  const order = inDependencyOrder([...byId.keys()], (id) => dependencies.get(id)!.filter((wanted) => byId.has(wanted)), 'resources');
  return order.map((id) => byId.get(id)!).filter(exists);
}

/** The logical ids that must exist before a resource. */
export function dependenciesOf(resource: TemplateResource): string[] {
  return [...new Set([...resource.dependsOn, ...references(resource.properties)])];
}

/** Evaluates the conditions of a template by name, each on demand because they may refer to each other. */
export function conditionEvaluator(template: Template, scope: () => Scope): (name: string) => boolean {
  const open: string[] = [];
  return (name) => {
    if (!Object.hasOwn(template.conditions, name)) throw new RefusedError(`condition ${name} is not in the template`);
    if (open.includes(name)) throw new RefusedError(`conditions depend on each other in a cycle: ${[...open, name].join(' -> ')}`);
    open.push(name);
    try {
      return evaluateCondition(template.conditions[name], scope());
    } finally {
      open.pop();
    }
  };
}

function parseResource(logicalId: string, json: unknown): TemplateResource {
  if (!isRecord(json) || typeof json.Type !== 'string') throw new RefusedError(`${logicalId} is not a resource: ${show(json)}`);
  // The deployer never updates, so UpdateReplacePolicy cannot matter; Metadata is for tools.
  const { Type: type, Properties, DependsOn, Condition: condition, DeletionPolicy: policy = 'Delete', UpdateReplacePolicy: _, Metadata: __, ...rest } = json;
  refuseKeys(rest, `${logicalId} (${type})`);
  if (policy !== 'Delete' && policy !== 'Retain' && policy !== 'RetainExceptOnCreate') {
    throw new RefusedError(`${logicalId} (${type}): the deployer does not apply DeletionPolicy ${show(policy)} and so refuses it`);
  }
  if (condition !== undefined && typeof condition !== 'string') throw new RefusedError(`${logicalId}: Condition must be a name, got ${show(condition)}`);
  const dependsOn = DependsOn === undefined ? [] : [DependsOn].flat();
  if (!dependsOn.every((id) => typeof id === 'string')) throw new RefusedError(`${logicalId}: DependsOn must name resources, got ${show(DependsOn)}`);
  return { logicalId, type, properties: section(Properties), dependsOn, condition, deletionPolicy: policy };
}

function parseOutput(name: string, json: unknown): TemplateOutput {
  if (!isRecord(json) || json.Value === undefined) throw new RefusedError(`output ${name} has no value`);
  const { Value: value, Condition: condition, Export, Description: _, ...rest } = json;
  refuseKeys(rest, `output ${name}`);
  if (condition !== undefined && typeof condition !== 'string') throw new RefusedError(`output ${name}: Condition must be a name`);
  return { name, value, condition, exportName: section(Export).Name };
}

function parseParameters(json: Record<string, unknown>, stackName: string): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, parameter] of Object.entries(json)) {
    if (name === BOOTSTRAP_PARAMETER) continue;
    if (!isRecord(parameter) || parameter.Default === undefined) {
      throw new RefusedError(`parameter ${name} of ${stackName} has no Default, and the deployer has no other value for it`);
    }
    if (parameter.Type !== 'String' && parameter.Type !== 'Number' && parameter.Type !== 'CommaDelimitedList') {
      throw new RefusedError(`parameter ${name} of ${stackName} has type ${show(parameter.Type)}, which the deployer cannot look up`);
    }
    values.set(name, parameter.Type === 'CommaDelimitedList' ? String(parameter.Default).split(',').map((item) => item.trim()) : parameter.Default);
  }
  return values;
}

function section(json: unknown): Record<string, unknown> {
  if (json === undefined) return {};
  if (!isRecord(json)) throw new RefusedError(`a section of a template must be an object, got ${show(json)}`);
  return json;
}

function without(record: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

function refuseKeys(rest: Record<string, unknown>, where: string): void {
  const keys = Object.keys(rest);
  if (keys.length > 0) throw new RefusedError(`${where}: the deployer does not apply ${keys.map((key) => `'${key}'`).join(', ')} and so refuses it`);
}
