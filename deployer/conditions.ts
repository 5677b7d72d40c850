import type { Scope } from './intrinsics';
import { isRecord, isScalar, show, tuple } from './values';

/** And and Or take 2 to 10 conditions: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html */
const MIN_OPERANDS = 2;
const MAX_OPERANDS = 10;

/** Evaluates a condition: a function, or `{ "Condition": "Name" }`, which refers to another one. */
export function evaluateCondition(value: unknown, scope: Scope): boolean {
  if (isRecord(value) && Object.keys(value).length === 1 && typeof value.Condition === 'string') {
    if (!scope.lookup.condition) throw new Error(`condition ${value.Condition} is not known here`);
    return scope.lookup.condition(value.Condition);
  }
  const result = scope.resolve(value);
  if (typeof result !== 'boolean') throw new Error(`a condition must be true or false, got ${show(value)}`);
  return result;
}

function operands(name: string, argument: unknown): unknown[] {
  if (!Array.isArray(argument) || argument.length < MIN_OPERANDS || argument.length > MAX_OPERANDS) {
    throw new Error(`${name} wants ${MIN_OPERANDS} to ${MAX_OPERANDS} conditions, got ${show(argument)}`);
  }
  return argument;
}

/** The functions that conditions are made of. */
export const conditionFunctions: Record<string, (argument: unknown, scope: Scope) => boolean> = {
  'Fn::Equals': (argument, scope) => {
    const [left, right] = tuple('Fn::Equals', argument, 2).map(scope.resolve);
    if (!isScalar(left) || !isScalar(right)) throw new Error(`Fn::Equals compares strings, got ${show([left, right])}`);
    return String(left) === String(right);
  },
  'Fn::And': (argument, scope) => operands('Fn::And', argument).every((operand) => evaluateCondition(operand, scope)),
  'Fn::Or': (argument, scope) => operands('Fn::Or', argument).some((operand) => evaluateCondition(operand, scope)),
  'Fn::Not': (argument, scope) => !evaluateCondition(tuple('Fn::Not', argument, 1)[0], scope),
};
