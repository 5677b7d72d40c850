import { FUNCTIONS } from './functions';
import { intrinsicName, isRecord, show } from './values';

export { references } from './references';

/** Where a stack is deployed: what the pseudo parameters stand for. */
export interface Environment {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly urlSuffix: string;
  readonly stackName: string;
  /**
   * The ARN of the stack.
   *
   * @default - a reference to `AWS::StackId` is an error
   */
  readonly stackId?: string;
}

/** The name of an output of another stack, as `Fn::GetStackOutput` gives it. */
export interface StackOutputRequest {
  readonly stackName: string;
  readonly outputName: string;
  readonly region?: string;
  readonly roleArn?: string;
}

/** What a template may refer to. A method that is not there makes the reference an error. */
export interface Lookup {
  ref(logicalId: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue?(name: string): unknown;
  stackOutput?(request: StackOutputRequest): unknown;
  condition?(name: string): boolean;
}

/** Marks a value that `Ref: AWS::NoValue` removes from the object or list that holds it. */
const NO_VALUE = Symbol('AWS::NoValue');

/** Everything that the evaluation of one template needs. */
export interface Scope {
  readonly env: Environment;
  readonly lookup: Lookup;
  readonly mappings: Record<string, unknown>;
  /** Resolves a nested value. */
  resolve(value: unknown): unknown;
}

/**
 * Replaces every intrinsic function in a value by what it stands for.
 *
 * A function that is not known throws, by name: a value that stayed as `{ "Fn::X": … }` would be
 * sent to a service as data.
 *
 * @returns the resolved value, `undefined` if the value itself is `AWS::NoValue`
 */
export function resolveIntrinsics(value: unknown, env: Environment, lookup: Lookup, mappings: Record<string, unknown> = {}): unknown {
  const scope: Scope = { env, lookup, mappings, resolve: (nested) => resolve(nested, scope) };
  const resolved = resolve(value, scope);
  return resolved === NO_VALUE ? undefined : resolved;
}

function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => resolve(element, scope)).filter((element) => element !== NO_VALUE);
  }
  if (!isRecord(value)) return value;
  const name = intrinsicName(value);
  if (name === 'Ref') return ref(value.Ref, scope);
  if (name !== undefined) {
    const implementation = FUNCTIONS[name];
    if (!implementation) throw new Error(`${name} is not a function that the deployer knows`);
    return implementation(value[name], scope);
  }
  const entries = Object.entries(value).map(([key, nested]) => [key, resolve(nested, scope)] as const);
  return Object.fromEntries(entries.filter(([, nested]) => nested !== NO_VALUE));
}

function ref(target: unknown, scope: Scope): unknown {
  if (typeof target !== 'string') throw new Error(`Ref wants the name of a resource or parameter, got ${show(target)}`);
  if (!target.startsWith('AWS::')) return scope.lookup.ref(target);
  return pseudoParameter(target, scope.env);
}

function pseudoParameter(name: string, env: Environment): unknown {
  switch (name) {
    case 'AWS::AccountId': return env.account;
    case 'AWS::NotificationARNs': return [];
    case 'AWS::NoValue': return NO_VALUE;
    case 'AWS::Partition': return env.partition;
    case 'AWS::Region': return env.region;
    case 'AWS::StackName': return env.stackName;
    case 'AWS::URLSuffix': return env.urlSuffix;
    case 'AWS::StackId':
      if (env.stackId === undefined) throw new Error('AWS::StackId is not known here');
      return env.stackId;
    default: throw new Error(`${name} is not a pseudo parameter`);
  }
}
