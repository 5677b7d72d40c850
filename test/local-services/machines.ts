import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { LocalCloud, type Statement } from './local-cloud';

const ALLOW_ALL: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

export interface TaskOutcome {
  readonly status?: string;
  readonly output?: any;
  readonly error?: string;
  readonly cause?: string;
}

/** A local cloud for the tests of one file, with state machines that are made by the API. */
export interface Machines {
  readonly cloud: LocalCloud;
  /** Makes a machine whose role has these statements, or may do anything. */
  machine(name: string, definition: object, statements?: readonly Statement[]): Promise<string>;
  /** Runs a machine of one task and gives back what came of it. */
  task(resource: string, parameters: object, statements?: readonly Statement[]): Promise<TaskOutcome>;
  /** Adds a function. Gives back its ARN. */
  addFunction(name: string, source: string): Promise<string>;
}

export function useMachines(): Machines {
  let cloud: LocalCloud;
  let made = 0;
  beforeAll(async () => { cloud = await LocalCloud.start(); });
  afterAll(async () => cloud?.stop());

  const machine = async (name: string, definition: object, statements: readonly Statement[] = [ALLOW_ALL]): Promise<string> => {
    made += 1;
    const roleArn = await cloud.role(`machine-${made}`, 'states.amazonaws.com', statements);
    const { stateMachineArn } = await cloud.sfn().send(new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }));
    return stateMachineArn!;
  };
  return {
    get cloud() { return cloud; },
    machine,
    task: async (resource, parameters, statements) => {
      const definition = { StartAt: 'T', States: { T: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters: parameters, End: true } } };
      const { status, output, error, cause } = await cloud.run(await machine(`task-${made}`, definition, statements));
      return { status, output: output === undefined ? undefined : JSON.parse(output), error, cause };
    },
    addFunction: async (name, source) => {
      const directory = mkdtempSync(join(tmpdir(), 'machines-function-'));
      writeFileSync(join(directory, 'index.js'), source);
      const arn = `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
      const roleArn = await cloud.role(`function-${name}`, 'lambda.amazonaws.com');
      cloud.lambda.host.add({ arn, name, directory, handler: 'index.handler', roleArn, timeoutSeconds: 5, memoryMegabytes: 128, environment: {} });
      return arn;
    },
  };
}

/** A machine that waits in a loop until its input says `stop`. */
export const SLEEPER = {
  StartAt: 'Ask',
  States: {
    Ask: { Type: 'Choice', Choices: [{ Variable: '$.stop', IsPresent: true, Next: 'Done' }], Default: 'Wait' },
    Wait: { Type: 'Wait', Seconds: 1, Next: 'Ask' },
    Done: { Type: 'Succeed' },
  },
};
