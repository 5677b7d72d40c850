import { getAttTarget, subArguments, subNames } from './functions';
import { intrinsicName, isRecord, show } from './values';

/**
 * The logical ids (of resources or parameters) that a value refers to, each once.
 *
 * Both branches of an `Fn::If` count: CloudFormation orders by what is written, not by what is chosen.
 */
export function references(value: unknown): string[] {
  const found = new Set<string>();
  collect(value, found);
  return [...found];
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, found);
    return;
  }
  if (!isRecord(value)) return;
  const name = intrinsicName(value);
  if (name === 'Ref') {
    if (typeof value.Ref !== 'string') throw new Error(`Ref wants the name of a resource or parameter, got ${show(value.Ref)}`);
    add(value.Ref, found);
  } else if (name === 'Fn::GetAtt') {
    add(getAttTarget(value[name])[0], found);
  } else if (name === 'Fn::Sub') {
    const { template, variables } = subArguments(value[name]);
    for (const used of subNames(template)) {
      if (!Object.hasOwn(variables, used)) add(used.split('.')[0], found);
    }
    collect(variables, found);
  } else {
    for (const nested of Object.values(value)) collect(nested, found);
  }
}

function add(target: string, found: Set<string>): void {
  if (!target.startsWith('AWS::')) found.add(target);
}
