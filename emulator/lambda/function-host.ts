import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { FunctionDefinition, Outcome, Permission } from './function-definition';
import { FunctionProcess } from './function-process';
import { matches } from '../service/condition';
import { Identities, type LocalAccount } from '../service/identities';
import { ServiceError } from '../service/service-error';

export const LATEST = '$LATEST';
/** How many processes one function may have here. Lambda has more; two cores do not. */
const MOST_PROCESSES = 8;

export interface FunctionHostOptions extends LocalAccount {
  /** Addresses of single services, by the name that the SDK puts behind `AWS_ENDPOINT_URL_`, such as `SFN`. */
  readonly endpoints?: Readonly<Record<string, string>>;
}

/** What came of an invocation, by which version, and what the process printed last. */
export interface Invocation extends Outcome {
  readonly version: string;
  readonly output: string;
}

interface Pool {
  readonly definition: FunctionDefinition;
  readonly version: string;
  readonly idle: FunctionProcess[];
  busy: number;
  readonly waiting: (() => void)[];
}

/** Runs functions as real Node processes, which stay warm between invocations until they are ended here. */
export class FunctionHost {
  private readonly pools = new Map<string, Pool>();
  private readonly permissions = new Map<string, Permission[]>();
  private readonly versions = new Map<string, number>();
  private readonly processes = new Set<FunctionProcess>();
  private readonly endpoints: Record<string, string>;
  private readonly identities: Identities;
  private closed = false;

  constructor(private readonly options: FunctionHostOptions) {
    this.identities = new Identities(options);
    this.endpoints = { ...options.endpoints };
  }

  /** Adds a function as CreateFunction does: Lambda must be able to assume its role. */
  public async create(definition: FunctionDefinition): Promise<void> {
    if (!await this.identities.trusts(definition.roleArn, 'lambda.amazonaws.com', definition.arn)) {
      throw new ServiceError('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.');
    }
    this.add(definition);
  }

  /** Adds a function whose role is not looked at before it runs. */
  public add(definition: FunctionDefinition): void {
    if (this.pools.has(definition.arn)) throw new Error(`function ${definition.name} exists already`);
    this.pools.set(definition.arn, poolOf(definition, LATEST));
  }

  /** Takes a function away with its versions, and ends their processes. */
  public async remove(arn: string): Promise<void> {
    this.permissions.delete(arn);
    const gone = [...this.pools].filter(([key]) => key === arn || key.startsWith(`${arn}:`));
    for (const [key, pool] of gone) {
      this.pools.delete(key);
      await Promise.all(pool.idle.map((process) => this.end(process)));
    }
  }

  /** Makes a version that stays as the function is now. Gives back its number. */
  public publish(arn: string): string {
    const pool = this.pools.get(arn);
    if (pool === undefined) throw notFound(arn);
    const version = String((this.versions.get(arn) ?? 0) + 1);
    this.versions.set(arn, Number(version));
    this.pools.set(`${arn}:${version}`, poolOf(pool.definition, version));
    return version;
  }

  /** Adds a statement to the policy of a function. */
  public permit(arn: string, permission: Permission): void {
    this.permissions.set(arn, [...this.permissionsOf(arn), permission]);
  }

  public forbid(arn: string, id: string): void {
    this.permissions.set(arn, this.permissionsOf(arn).filter((permission) => permission.id !== id));
  }

  public permissionsOf(arn: string): readonly Permission[] {
    return this.permissions.get(arn) ?? [];
  }

  /** Whether a service may invoke a function for a resource of its own, by the policy of the function. */
  public mayInvoke(arn: string, service: string, sourceArn: string): boolean {
    return this.permissionsOf(arn).some(({ action, principal, sourceArn: pattern, sourceAccount }) => matches(action, 'lambda:InvokeFunction', true)
      && (principal === service || principal === '*') && (pattern === undefined || matches(pattern, sourceArn))
      && (sourceAccount === undefined || sourceAccount === this.options.account));
  }

  /** By ARN or name, either with a version behind it. */
  public find(reference: string): FunctionDefinition | undefined {
    return this.poolOf(reference)?.definition;
  }

  public list(): FunctionDefinition[] {
    return [...this.pools.values()].filter(({ version }) => version === LATEST).map(({ definition }) => definition);
  }

  /** The processes that run now. */
  public pids(): number[] {
    return [...this.processes].flatMap(({ pid }) => pid ?? []);
  }

  /** Tells later processes where a service is. */
  public setEndpoint(service: string, endpoint: string): void {
    this.endpoints[service] = endpoint;
  }

  /** Runs a function and waits for it. It has the time of its definition, or less. */
  public async invoke(reference: string, event: unknown, milliseconds = Infinity): Promise<Invocation> {
    const pool = this.poolOf(reference);
    if (pool === undefined) throw notFound(reference);
    const process = await this.take(pool);
    try {
      const { arn, timeoutSeconds } = pool.definition;
      const invokedArn = pool.version === LATEST && !reference.endsWith(`:${LATEST}`) ? arn : `${arn}:${pool.version}`;
      const outcome = await process.invoke(event, invokedArn, Math.min(milliseconds, timeoutSeconds * 1000));
      return { ...outcome, version: pool.version, output: process.output };
    } finally {
      await this.give(pool, process);
    }
  }

  /** Ends the processes that have nothing to do. */
  public async cool(): Promise<void> {
    const idle = [...this.pools.values()].flatMap((pool) => pool.idle.splice(0));
    await Promise.all(idle.map((process) => this.end(process)));
  }

  /** Ends every process, by the id that it was started with. */
  public async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.processes].map((process) => this.end(process)));
    this.identities.close();
  }

  private poolOf(reference: string): Pool | undefined {
    const direct = this.pools.get(reference.replace(/:\$LATEST$/, ''));
    if (direct !== undefined) return direct;
    const [name, version = LATEST] = reference.replace(/^\d{12}:function:/, '').split(':', 2);
    return [...this.pools.values()].find((pool) => pool.definition.name === name && pool.version === version);
  }

  private async take(pool: Pool): Promise<FunctionProcess> {
    if (this.closed) throw new Error('the local Lambda has been stopped');
    const { reservedConcurrency } = pool.definition;
    if (reservedConcurrency !== undefined && pool.busy >= reservedConcurrency) {
      throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
    }
    while (pool.busy >= MOST_PROCESSES) await new Promise<void>((turn) => pool.waiting.push(turn));
    pool.busy += 1;
    try {
      return pool.idle.pop() ?? await this.start(pool);
    } catch (error) {
      this.free(pool);
      throw error;
    }
  }

  private async give(pool: Pool, process: FunctionProcess): Promise<void> {
    const kept = process.alive && !this.closed && this.pools.get(keyOf(pool)) === pool;
    if (kept) pool.idle.push(process);
    else await this.end(process);
    this.free(pool);
  }

  private free(pool: Pool): void {
    pool.busy -= 1;
    pool.waiting.shift()?.();
  }

  private async start(pool: Pool): Promise<FunctionProcess> {
    const { definition, version } = pool;
    const process = new FunctionProcess(definition, version, await this.environment(definition, version), preloads());
    this.processes.add(process);
    // It may have been stopped while the credentials came.
    if (this.closed) await this.end(process);
    return process;
  }

  private async end(process: FunctionProcess): Promise<void> {
    await process.stop();
    this.processes.delete(process);
  }

  /** Nothing of this process leaks in: neither a profile nor a proxy of the person who runs it. */
  private async environment(definition: FunctionDefinition, version: string): Promise<NodeJS.ProcessEnv> {
    const { endpoint } = this.options;
    const region = definition.arn.split(':')[3];
    const credentials = await this.identities.session(definition.roleArn, definition.name);
    return {
      ...definition.environment,
      PATH: process.env.PATH,
      // The Lambda runtimes of Node hold the SDK, and handlers that CDK bundles rely on it.
      NODE_PATH: sdkDirectory(),
      AWS_ENDPOINT_URL: nameOfThisMachine(endpoint),
      ...Object.fromEntries(Object.entries(this.endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, nameOfThisMachine(url)])),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_LAMBDA_FUNCTION_NAME: definition.name,
      AWS_LAMBDA_FUNCTION_VERSION: version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
      AWS_LAMBDA_LOG_GROUP_NAME: definition.logging?.group ?? `/aws/lambda/${definition.name}`,
      AWS_LAMBDA_LOG_FORMAT: definition.logging?.format ?? 'Text',
      ...definition.logging?.level !== undefined && { AWS_LAMBDA_LOG_LEVEL: definition.logging.level },
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      LAMBDA_TASK_ROOT: definition.directory,
      _HANDLER: definition.handler,
    };
  }
}

function poolOf(definition: FunctionDefinition, version: string): Pool {
  return { definition, version, idle: [], busy: 0, waiting: [] };
}

function keyOf({ definition, version }: Pool): string {
  return version === LATEST ? definition.arn : `${definition.arn}:${version}`;
}

function notFound(reference: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Function not found: ${reference}`, 404);
}

/** Names under localhost are found by the preload below, and clients of S3 put buckets and accounts before the host. */
function nameOfThisMachine(endpoint: string): string {
  return endpoint.replace('//127.0.0.1', '//localhost');
}

function preloads(): string[] {
  const file = join(__dirname, '..', 'localhost-dns.cjs');
  if (!existsSync(file)) throw new Error(`${file} is missing: functions could not find names under localhost`);
  return [file];
}

function sdkDirectory(): string {
  return resolve(dirname(require.resolve('@aws-sdk/client-s3/package.json')), '..', '..');
}
