import { conditionFunctions, evaluateCondition } from './conditions';
import type { Scope } from './intrinsics';
import { isOptionalString, isRecord, isScalar, show, tuple } from './values';

type IntrinsicFunction = (argument: unknown, scope: Scope) => unknown;

/** Splits both forms of `Fn::GetAtt`: `["Id", "Attribute"]` and `"Id.Attribute"`. Attributes may contain dots. */
export function getAttTarget(argument: unknown, scope?: Scope): [logicalId: string, attribute: string] {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    if (dot > 0) return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  if (Array.isArray(argument) && argument.length === 2 && typeof argument[0] === 'string') {
    // Only the attribute name may be computed.
    const attribute = scope ? scope.resolve(argument[1]) : argument[1];
    if (typeof attribute === 'string') return [argument[0], attribute];
    if (!scope) return [argument[0], ''];
  }
  throw new Error(`Fn::GetAtt wants a logical id and an attribute, got ${show(argument)}`);
}

/** Every intrinsic function but `Ref`, by name. */
export const FUNCTIONS: Record<string, IntrinsicFunction> = {
  'Fn::GetAtt': (argument, scope) => scope.lookup.getAtt(...getAttTarget(argument, scope)),

  'Fn::Join': (argument, scope) => {
    const [separator, parts] = tuple('Fn::Join', argument, 2);
    if (typeof separator !== 'string') throw new Error(`Fn::Join wants a string as separator, got ${show(separator)}`);
    const list = scope.resolve(parts);
    if (!Array.isArray(list) || !list.every(isScalar)) throw new Error(`Fn::Join wants a list of strings, got ${show(list)}`);
    return list.join(separator);
  },

  'Fn::Sub': (argument, scope) => {
    const { template, variables } = subArguments(argument);
    return template.replace(SUB_PLACEHOLDER, (_, literal: string, text: string) => {
      if (literal) return `\${${text}}`;
      const name = text.trim();
      const value = Object.hasOwn(variables, name) ? scope.resolve(variables[name])
        : name.includes('.') ? scope.lookup.getAtt(...getAttTarget(name)) : scope.resolve({ Ref: name });
      if (!isScalar(value)) throw new Error(`Fn::Sub cannot put ${show(value)} into a string, at \${${name}}`);
      return String(value);
    });
  },

  'Fn::Select': (argument, scope) => {
    const [index, list] = tuple('Fn::Select', argument, 2).map(scope.resolve);
    if (!Array.isArray(list)) throw new Error(`Fn::Select wants a list, got ${show(list)}`);
    const position = Number(index);
    if (!Number.isInteger(position) || position < 0 || position >= list.length) {
      throw new Error(`Fn::Select has no element ${show(index)} in a list of ${list.length}`);
    }
    return list[position];
  },

  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = tuple('Fn::Split', argument, 2).map(scope.resolve);
    if (typeof delimiter !== 'string' || delimiter === '' || typeof text !== 'string') {
      throw new Error(`Fn::Split wants a delimiter and a string, got ${show([delimiter, text])}`);
    }
    return text.split(delimiter);
  },

  'Fn::FindInMap': (argument, scope) => {
    if (!Array.isArray(argument) || argument.length < 3 || argument.length > 4) {
      throw new Error(`Fn::FindInMap wants a map and two keys, got ${show(argument)}`);
    }
    const [map, first, second] = argument.slice(0, 3).map((key) => String(scope.resolve(key)));
    const level = scope.mappings[map];
    const found = isRecord(level) && isRecord(level[first]) ? level[first][second] : undefined;
    if (found !== undefined) return found;
    const fallback = argument[3];
    if (isRecord(fallback) && 'DefaultValue' in fallback) return scope.resolve(fallback.DefaultValue);
    throw new Error(`Fn::FindInMap finds nothing at ${map}.${first}.${second}`);
  },

  'Fn::ImportValue': (argument, scope) => {
    const name = scope.resolve(argument);
    if (typeof name !== 'string') throw new Error(`Fn::ImportValue wants the name of an export, got ${show(name)}`);
    if (!scope.lookup.importValue) throw new Error(`Fn::ImportValue is not possible here: ${name}`);
    return scope.lookup.importValue(name);
  },

  // The weak cross-stack reference of recent CDK versions: it reads an output without an export.
  'Fn::GetStackOutput': (argument, scope) => {
    const resolved = scope.resolve(argument);
    if (!isRecord(resolved)) throw new Error(`Fn::GetStackOutput wants an object, got ${show(argument)}`);
    const { StackName: stackName, OutputName: outputName, Region: region, RoleArn: roleArn, ...rest } = resolved;
    if (typeof stackName !== 'string' || typeof outputName !== 'string' || !isOptionalString(region) || !isOptionalString(roleArn)) {
      throw new Error(`Fn::GetStackOutput wants StackName and OutputName, got ${show(argument)}`);
    }
    if (Object.keys(rest).length > 0) throw new Error(`Fn::GetStackOutput does not know ${Object.keys(rest).join(', ')}`);
    if (!scope.lookup.stackOutput) throw new Error(`Fn::GetStackOutput is not possible here: ${stackName}.${outputName}`);
    return scope.lookup.stackOutput({ stackName, outputName, region, roleArn });
  },

  'Fn::Base64': (argument, scope) => {
    const text = scope.resolve(argument);
    if (typeof text !== 'string') throw new Error(`Fn::Base64 wants a string, got ${show(text)}`);
    return Buffer.from(text, 'utf8').toString('base64');
  },

  'Fn::GetAZs': () => {
    throw new Error('Fn::GetAZs is refused: a local endpoint has no availability zones');
  },

  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = tuple('Fn::If', argument, 3);
    return scope.resolve(evaluateCondition({ Condition: name }, scope) ? whenTrue : whenFalse);
  },

  ...conditionFunctions,
};

/** `${Name}` and `${!Literal}`. */
const SUB_PLACEHOLDER = /\$\{(!?)([^}]+)\}/g;

/** The names between `${` and `}`, without the literals. */
export function subNames(template: string): string[] {
  return [...template.matchAll(SUB_PLACEHOLDER)].filter(([, literal]) => !literal).map(([, , name]) => name.trim());
}

export function subArguments(argument: unknown): { template: string; variables: Record<string, unknown> } {
  if (typeof argument === 'string') return { template: argument, variables: {} };
  if (Array.isArray(argument) && argument.length === 2 && typeof argument[0] === 'string' && isRecord(argument[1])) {
    return { template: argument[0], variables: argument[1] };
  }
  throw new Error(`Fn::Sub wants a string, or a string and its variables, got ${show(argument)}`);
}
