import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, type DescribeExecutionCommandOutput, SFNClient, StartExecutionCommand, type StartExecutionCommandInput } from '@aws-sdk/client-sfn';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { deployAssembly, type Deployment } from '../../deployer/deploy';
import { type LocalLambda, startLambda } from '../../emulator/lambda/server';
import { type Emulator, startEmulator } from '../../emulator/server';
import { type Credentials, Identities, ROOT } from '../../emulator/service/identities';
import { type LocalStepFunctions, startStepFunctions, type StepFunctionsOptions } from '../../emulator/step-functions/server';

export const ENV = { account: '123456789012', region: 'us-east-1' };
const EVENTS = 'events.amazonaws.com';
const LONGEST_EXECUTION_MILLISECONDS = 60_000;

export type Statement = Readonly<Record<string, unknown>>;

/** What a test deployed. */
export interface Deployed {
  readonly outputs: Readonly<Record<string, string>>;
  readonly deployment: Deployment;
  /** The template of the stack, as it was synthesized. */
  readonly template: unknown;
}

/** A local AWS with Lambda and Step Functions, for one test file. */
export class LocalCloud {
  /** Starts all of it, or nothing: what had started before a failure is stopped. */
  public static async start(options: Pick<StepFunctionsOptions, 'pace'> = {}): Promise<LocalCloud> {
    const emulator = await startEmulator();
    const stops = [async () => emulator.stop()];
    try {
      const account = { endpoint: emulator.endpoint, ...ENV };
      const lambda = await startLambda(account);
      stops.unshift(async () => lambda.stop());
      const stepFunctions = await startStepFunctions({ ...account, ...options, lambda: lambda.endpoint });
      stops.unshift(async () => stepFunctions.stop());
      lambda.host.setEndpoint('SFN', stepFunctions.endpoint);
      // Batch Operations call functions there.
      const told = await fetch(`${emulator.endpoint}/_s3truth/batch`, { method: 'PUT', body: JSON.stringify({ lambdaEndpoint: lambda.endpoint }) });
      if (!told.ok) throw new Error(`the local AWS did not take the address of Lambda: ${await told.text()}`);
      return new LocalCloud(emulator, lambda, stepFunctions, stops);
    } catch (error) {
      for (const stop of stops) await stop();
      throw error;
    }
  }

  private stacks = 0;
  private readonly identities: Identities;

  private constructor(
    public readonly emulator: Emulator,
    public readonly lambda: LocalLambda,
    public readonly stepFunctions: LocalStepFunctions,
    private readonly stops: readonly (() => Promise<void>)[],
  ) {
    this.identities = new Identities({ endpoint: emulator.endpoint, ...ENV });
  }

  /** Ends every process, by its id. */
  public async stop(): Promise<void> {
    this.identities.close();
    for (const stop of this.stops) await stop();
  }

  public s3(credentials: Credentials = ROOT): S3Client {
    return new S3Client({ endpoint: this.emulator.endpoint, ...this.shared(credentials), forcePathStyle: true });
  }

  public kms(credentials: Credentials = ROOT): KMSClient {
    return new KMSClient({ endpoint: this.emulator.endpoint, ...this.shared(credentials) });
  }

  public iam(): IAMClient {
    return new IAMClient({ endpoint: this.emulator.endpoint, ...this.shared(ROOT) });
  }

  public lambdaClient(credentials: Credentials = ROOT): LambdaClient {
    return new LambdaClient({ endpoint: this.lambda.endpoint, ...this.shared(credentials) });
  }

  public sfn(credentials: Credentials = ROOT): SFNClient {
    return new SFNClient({ endpoint: this.stepFunctions.endpoint, ...this.shared(credentials) });
  }

  /** Credentials of a role, as an application gets them. */
  public async roleCredentials(roleArn: string): Promise<Credentials> {
    return this.identities.session(roleArn, 'test');
  }

  /** A role that a service may assume, without a stack around it. */
  public async role(RoleName: string, service: string, statements: readonly Statement[] = []): Promise<string> {
    const iam = this.iam();
    const trust = policy([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }]);
    const { Role: role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    if (statements.length > 0) await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'test', PolicyDocument: policy(statements) }));
    return role!.Arn!;
  }

  /** Starts an execution and waits until it has ended. */
  public async run(
    stateMachineArn: string, input: unknown = {}, rest: Partial<StartExecutionCommandInput> = {},
  ): Promise<DescribeExecutionCommandOutput> {
    const { executionArn } = await this.sfn().send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), ...rest }));
    return this.settled(executionArn!);
  }

  /** An execution when it has ended. */
  public async settled(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    const started = Date.now();
    for (;;) {
      const execution = await this.sfn().send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return execution;
      if (Date.now() - started > LONGEST_EXECUTION_MILLISECONDS) throw new Error(`${executionArn} still runs after ${LONGEST_EXECUTION_MILLISECONDS} ms`);
      await sleep(10);
    }
  }

  /**
   * Does what EventBridge does when a rule matches: gives its targets their input, as the role of the target or by the
   * policy of the function. Gives back the executions that were started; a function gives `undefined`.
   */
  public async fire(ruleName: string, event: unknown = {}): Promise<(string | undefined)[]> {
    const events = new EventBridgeClient({ endpoint: this.emulator.endpoint, ...this.shared(ROOT) });
    const { Arn: ruleArn } = await events.send(new DescribeRuleCommand({ Name: ruleName }));
    const { Targets: targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: ruleName }));
    return Promise.all(targets.map(async ({ Arn: arn, RoleArn: roleArn, Input: input = JSON.stringify(event) }) => {
      if (arn!.includes(':function:')) {
        if (!this.lambda.host.mayInvoke(arn!, EVENTS, ruleArn!)) throw new Error(`${arn} does not let the rule ${ruleArn} invoke it`);
        const { functionError, payload } = await this.lambda.host.invoke(arn!, JSON.parse(input));
        if (functionError !== undefined) throw new Error(`${arn} failed: ${payload}`);
        return undefined;
      }
      if (!arn!.includes(':stateMachine:')) throw new Error(`the local EventBridge cannot reach ${arn}`);
      if (!await this.identities.trusts(roleArn!, EVENTS, ruleArn!)) throw new Error(`${roleArn} does not trust ${EVENTS} for ${ruleArn}`);
      const sfn = this.sfn(await this.roleCredentials(roleArn!));
      return (await sfn.send(new StartExecutionCommand({ stateMachineArn: arn, input }))).executionArn;
    }));
  }

  /** Synthesizes and deploys one stack, and gives back what `define` names, as deployed. */
  public async deploy(define: (stack: Stack) => Record<string, string>): Promise<Deployed> {
    this.stacks += 1;
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'local-cloud-')) });
    const stack = new Stack(app, `Cloud${this.stacks}`, { env: ENV });
    for (const [name, value] of Object.entries(define(stack))) { new CfnOutput(stack, `${name}Output`, { value }); }
    const assembly = app.synth();
    const deployment = await deployAssembly(assembly.directory, {
      endpoint: this.emulator.endpoint, ...ENV, credentials: ROOT, functions: this.lambda.host, stepFunctions: this.stepFunctions.endpoint,
    });
    const outputs = Object.entries(deployment.outputs(stack.stackName)).map(([name, value]) => [name.replace(/Output$/, ''), String(value)]);
    const { template } = assembly.getStackByName(stack.stackName);
    return { outputs: Object.fromEntries(outputs) as Record<string, string>, deployment, template };
  }

  private shared(credentials: Credentials): { region: string; credentials: Credentials; maxAttempts: number } {
    return { region: ENV.region, credentials, maxAttempts: 1 };
  }
}

function policy(Statement: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
