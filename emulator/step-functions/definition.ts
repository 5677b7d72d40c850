import aslValidator from 'asl-validator';
import { type Integration, integrationOf } from './tasks';
import { ServiceError } from '../service/service-error';

export type State = Readonly<Record<string, unknown>> & { readonly Type: string };

/** A definition that was checked: all its states by name, and what its tasks do. */
export interface Definition {
  readonly document: Readonly<Record<string, unknown>>;
  readonly states: ReadonlyMap<string, State>;
  readonly tasks: ReadonlyMap<string, Integration>;
}

/** Fields that the interpreter would pass over in silence. */
const NOT_INTERPRETED: Readonly<Record<string, string>> = {
  QueryLanguage: 'only JSONPath is interpreted',
  Assign: 'variables are not interpreted',
  Arguments: 'JSONata is not interpreted',
  Output: 'JSONata is not interpreted',
  Items: 'JSONata is not interpreted',
  ItemReader: 'distributed Map is not interpreted',
  ItemBatcher: 'distributed Map is not interpreted',
  ResultWriter: 'distributed Map is not interpreted',
  Label: 'distributed Map is not interpreted',
  ToleratedFailureCount: 'distributed Map is not interpreted',
  ToleratedFailureCountPath: 'distributed Map is not interpreted',
  ToleratedFailurePercentage: 'distributed Map is not interpreted',
  ToleratedFailurePercentagePath: 'distributed Map is not interpreted',
  Credentials: 'every task runs as the role of the machine',
  HeartbeatSeconds: 'no task sends heartbeats',
  HeartbeatSecondsPath: 'no task sends heartbeats',
};
const TIMEOUT = 'TimeoutSeconds';

/** Reads a definition as CreateStateMachine does, and refuses what would not run here as it does on AWS. */
export function readDefinition(text: string): Definition {
  const document = parse(text);
  const { isValid, errorsText } = aslValidator(document, { checkArn: true, checkPaths: true });
  if (!isValid) throw invalid(`SCHEMA_VALIDATION_FAILED: ${errorsText('\n')}`);
  if (document.QueryLanguage !== undefined && document.QueryLanguage !== 'JSONPath') throw refused('QueryLanguage', '/', NOT_INTERPRETED.QueryLanguage);
  const states = new Map<string, State>();
  collect(document, '', states);
  const tasks = new Map<string, Integration>();
  for (const [name, state] of states) {
    if (state.Type === 'Task') tasks.set(name, taskOf(name, state));
  }
  return { document, states, tasks };
}

function collect(machine: Readonly<Record<string, unknown>>, path: string, states: Map<string, State>): void {
  for (const [name, state] of Object.entries(machine.States as Record<string, State>)) {
    const where = `${path}/States/${name}`;
    checkFields(state, where);
    states.set(name, state);
    const processor = (state.ItemProcessor ?? state.Iterator) as Record<string, unknown> | undefined;
    if (processor !== undefined) collect(checkedProcessor(processor, where), where, states);
    for (const [index, branch] of ((state.Branches ?? []) as Record<string, unknown>[]).entries()) collect(branch, `${where}/Branches/${index}`, states);
  }
}

function checkFields(state: State, where: string): void {
  for (const field of Object.keys(state)) {
    // A Pass state may have an Output in its Result, and a Choice rule a variable of any name: only fields count.
    if (field === 'QueryLanguage' && state[field] === 'JSONPath') continue;
    if (Object.hasOwn(NOT_INTERPRETED, field)) throw refused(field, where, NOT_INTERPRETED[field]);
  }
  for (const rule of [...(state.Choices ?? []) as Record<string, unknown>[], ...(state.Catch ?? []) as Record<string, unknown>[]]) {
    for (const field of ['Assign', 'Condition', 'Output']) {
      if (rule[field] !== undefined) throw refused(field, where, NOT_INTERPRETED[field] ?? NOT_INTERPRETED.Arguments);
    }
  }
  checkPaths(state, where);
}

/** Nested machines are found by `collect`. */
function checkPaths(value: unknown, where: string): void {
  if (typeof value === 'string') {
    if (/^\$(?!\$)[A-Za-z]/.test(value)) throw refused(value, where, NOT_INTERPRETED.Assign);
    if (/\$\$\.Task\b/.test(value)) throw refused('$$.Task', where, 'there are no task tokens');
    if (/^\{%.*%\}$/s.test(value)) throw refused(value, where, NOT_INTERPRETED.Arguments);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, nested] of Object.entries(value)) {
      if (!['ItemProcessor', 'Iterator', 'Branches', 'Result'].includes(key)) checkPaths(nested, where);
    }
  }
}

function checkedProcessor(processor: Record<string, unknown>, where: string): Record<string, unknown> {
  const { Mode: mode = 'INLINE' } = (processor.ProcessorConfig ?? {}) as { Mode?: string };
  if (mode !== 'INLINE') throw refused(`Mode ${mode}`, where, 'distributed Map is not interpreted');
  return processor;
}

function taskOf(name: string, state: State): Integration {
  const where = `/States/${name}`;
  let integration: Integration;
  try {
    integration = integrationOf(String(state.Resource));
    integration.check(state.Parameters);
  } catch (error) {
    throw invalid(`SCHEMA_VALIDATION_FAILED: ${(error as Error).message} at ${where}`);
  }
  const timeout = state[TIMEOUT];
  if (timeout !== undefined && !(Number.isInteger(timeout) && Number(timeout) > 0)) throw invalid(`${TIMEOUT} must be a positive integer at ${where}`);
  return integration;
}

function parse(text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document as Record<string, unknown>;
  } catch (error) {
    throw invalid(`INVALID_JSON_DESCRIPTION: ${(error as Error).message}`);
  }
  throw invalid('INVALID_JSON_DESCRIPTION: the definition is not an object');
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${message}'`);
}

function refused(field: string, where: string, why: string): ServiceError {
  return invalid(`the local Step Functions refuse '${field}' at ${where}: ${why}`);
}
