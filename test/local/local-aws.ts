import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { deployAssembly, type Deployment } from '../../deployer/deploy';
import { Emulator, startEmulator } from '../../emulator/server';

const ROOT = { accessKeyId: 'test', secretAccessKey: 'test' };
export const ENV = { account: '123456789012', region: 'us-east-1' };

interface Credentials { accessKeyId: string; secretAccessKey: string; sessionToken?: string }

/** What a test deployed. */
export interface Deployed {
  readonly outputs: Record<string, string>;
  readonly deployment: Deployment;
}

/** A local AWS for one test file: what is deployed on it is read back through the public APIs. */
export class LocalAws {
  public static async start(): Promise<LocalAws> {
    return new LocalAws(await startEmulator());
  }

  private stacks = 0;

  private constructor(private readonly emulator: Emulator) {}

  public async stop(): Promise<void> {
    await this.emulator.stop();
  }

  public s3(credentials: Credentials = ROOT): S3Client {
    return new S3Client({ endpoint: this.emulator.endpoint, region: ENV.region, credentials, forcePathStyle: true, maxAttempts: 1 });
  }

  public kms(credentials: Credentials = ROOT): KMSClient {
    return new KMSClient({ endpoint: this.emulator.endpoint, region: ENV.region, credentials, maxAttempts: 1 });
  }

  /** Credentials of a role, as an application gets them. */
  public async roleCredentials(roleArn: string): Promise<Credentials> {
    const sts = new STSClient({ endpoint: this.emulator.endpoint, region: ENV.region, credentials: ROOT });
    const { Credentials: found } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'test' }));
    return { accessKeyId: found!.AccessKeyId!, secretAccessKey: found!.SecretAccessKey!, sessionToken: found!.SessionToken };
  }

  /** Synthesizes and deploys one stack, and gives back what `define` names, as deployed. */
  public async deploy(define: (stack: Stack) => Record<string, string>): Promise<Deployed> {
    this.stacks += 1;
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'local-')) });
    const stack = new Stack(app, `Stack${this.stacks}`, { env: ENV });
    for (const [name, value] of Object.entries(define(stack))) { new CfnOutput(stack, `${name}Output`, { value }); }
    const deployment = await deployAssembly(app.synth().directory, { endpoint: this.emulator.endpoint, ...ENV, credentials: ROOT });
    const outputs = Object.entries(deployment.outputs(stack.stackName)).map(([name, value]) => [name.replace(/Output$/, ''), value]);
    return { outputs: Object.fromEntries(outputs) as Record<string, string>, deployment };
  }
}

/** Whether a request was allowed, or which statement refused it, as the local AWS names it. */
export async function answer(request: Promise<unknown>): Promise<string> {
  return request.then(() => 'allowed', (error: { name: string; message: string; $response?: { headers: Record<string, string> } }) =>
    error.$response?.headers['x-emulator-denied-by'] ?? `${error.name}: ${error.message}`);
}
