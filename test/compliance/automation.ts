import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../emulator/install';
import type { Credentials } from '../../emulator/service/identities';

/** What the interpreter knows of a document. */
interface Content {
  readonly schemaVersion: string;
  readonly assumeRole: string;
  readonly parameters: Readonly<Record<string, { readonly type: string; readonly default?: unknown }>>;
  readonly mainSteps: readonly Step[];
  readonly outputs: readonly string[];
}

interface Step {
  readonly name: string;
  readonly action: string;
  readonly isEnd?: boolean;
  readonly inputs: {
    readonly Runtime: string; readonly Handler: string; readonly Script: string; readonly InputPayload: Readonly<Record<string, unknown>>;
  };
  readonly outputs: readonly { readonly Name: string; readonly Selector: string; readonly Type: string }[];
}

export interface Where {
  readonly endpoint: string;
  readonly region: string;
  /** Credentials of the role that the document assumes. */
  readonly assume: (roleArn: string) => Promise<Credentials>;
}

/** What an execution gave back, and what it asked of AWS on the way, each by the name of its operation. */
export interface Execution {
  readonly outputs: Record<string, string>;
  readonly calls: readonly string[];
}

/** Calls the handler as Systems Manager does, and prints what it gives back, with every call of AWS, of whatever client. */
const DRIVER = `
import importlib.util, json, sys
from botocore.client import BaseClient
calls, make = [], BaseClient._make_api_call
def noted(client, operation, arguments):
    calls.append(operation)
    return make(client, operation, arguments)
BaseClient._make_api_call = noted
spec = importlib.util.spec_from_file_location("script", sys.argv[1])
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
payload = getattr(script, sys.argv[2])(json.loads(sys.argv[3]), {})
json.dump({"payload": payload, "calls": calls}, sys.stdout)
`;

/**
 * Executes a document of Systems Manager Automation, of the kind that this library has: scripts of Python.
 *
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents-reference-details.html
 *
 * @param parameters as AWS Config gives them: each is a list, of one where the document wants a text
 */
export async function execute(
  document: unknown, parameters: Readonly<Record<string, readonly string[]>>, where: Where,
): Promise<Execution> {
  const content = document as Content;
  if (content.schemaVersion !== '0.3') throw new Error(`an automation has the schema 0.3, not ${content.schemaVersion}`);
  const unknown = Object.keys(parameters).filter((name) => !(name in content.parameters));
  if (unknown.length > 0) throw new Error(`the document has no parameters ${unknown.join(', ')}`);
  const values = mapped(content.parameters, (parameter, name) => valueOf(name, parameter, parameters[name]));
  const credentials = await where.assume(String(substituted(content.assumeRole, values)));
  const outputs: Record<string, string> = {};
  const calls: string[] = [];
  for (const step of content.mainSteps) {
    if (step.action !== 'aws:executeScript' || step.inputs.Runtime !== 'python3.11') {
      throw new Error(`the interpreter does not know ${step.action} with ${step.inputs.Runtime}`);
    }
    const { payload, calls: made } = await run(step, mapped(step.inputs.InputPayload, (value) => substituted(value, values)), where, credentials);
    calls.push(...made);
    for (const { Name, Selector, Type } of step.outputs) {
      const value = payload[/^\$\.Payload\.(\w+)$/.exec(Selector)![1]];
      if (Type !== 'String' || typeof value !== 'string') throw new Error(`the output ${Name} is ${JSON.stringify(value)}, not a ${Type}`);
      outputs[`${step.name}.${Name}`] = value;
    }
    if (step.isEnd === true) break;
  }
  const named = Object.fromEntries(content.outputs.map((name) => {
    if (!(name in outputs)) throw new Error(`no step has the output ${name}`);
    return [name.split('.')[1], outputs[name]];
  }));
  return { outputs: named, calls };
}

function mapped<T>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

function valueOf(name: string, { type, default: otherwise }: Content['parameters'][string], given: readonly string[] | undefined): unknown {
  if (given === undefined) {
    if (otherwise === undefined) throw new Error(`the document needs the parameter ${name}`);
    return otherwise;
  }
  if (type === 'StringList') return given;
  if (given.length !== 1) throw new Error(`the parameter ${name} is a ${type}, and got ${given.length} values`);
  return given[0];
}

/** A text that is nothing but a parameter is its value, whatever it is. */
function substituted(text: unknown, values: Readonly<Record<string, unknown>>): unknown {
  const name = /^\{\{ (\w+) \}\}$/.exec(String(text))?.[1];
  if (name === undefined) throw new Error(`the interpreter takes parameters whole, not ${String(text)}`);
  if (!(name in values)) throw new Error(`the document has no parameter ${name}`);
  return values[name];
}

async function run(
  { inputs: { Handler, Script } }: Step, payload: object, { endpoint, region }: Where, credentials: Credentials,
): Promise<{ payload: Record<string, unknown>; calls: string[] }> {
  const python = await ensurePythonEnvironment();
  const folder = mkdtempSync(join(tmpdir(), 'automation-'));
  try {
    const script = join(folder, 'script.py');
    writeFileSync(script, Script);
    const env = {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: endpoint,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken },
      AWS_MAX_ATTEMPTS: '1',
    };
    return await new Promise((resolve, reject) => {
      execFile(python, ['-c', DRIVER, script, Handler, JSON.stringify(payload)], { env }, (error, stdout, stderr) => {
        if (error === null) { resolve(JSON.parse(stdout) as { payload: Record<string, unknown>; calls: string[] }); } else { reject(new Error(stderr.trim().split('\n').at(-1))); }
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
