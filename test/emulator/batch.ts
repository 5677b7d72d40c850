import '../../emulator/localhost-dns.cjs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  CreateJobCommand, CreateJobCommandInput, DescribeJobCommand, JobDescriptor, JobManifestGeneratorFilter, JobOperation, JobReport, S3ControlClient,
} from '@aws-sdk/client-s3-control';
import { ACCOUNT, Credentials, document, REGION, ROOT, Statement, TestAws } from './aws';

export const SERVICE = 'batchoperations.s3.amazonaws.com';
const TERMINAL = ['Complete', 'Failed', 'Cancelled'];
const PATIENCE_SECONDS = 60;

/** One line of a completion report, whichever of its two orders of columns it has. */
export interface Line {
  Bucket: string; Key: string; VersionId: string; TaskStatus: string; ErrorCode: string; HTTPStatusCode: string; ResultMessage: string;
}

/** Batch Operations of a local AWS: a role, a bucket for reports, and jobs that are waited for. */
export class TestBatch {
  public static async start(): Promise<TestBatch> {
    const aws = await TestAws.start();
    const batch = new TestBatch(aws);
    batch.ops = await aws.bucket();
    batch.role = await batch.jobRole([{ Effect: 'Allow', Action: ['s3:*', 'kms:*', 'lambda:*'], Resource: '*' }]);
    await batch.control('PUT', 'batch', { statePaceMilliseconds: 1 });
    return batch;
  }

  public ops = '';
  public role = '';
  private readonly clients = new Map<string, S3ControlClient>();

  private constructor(public readonly aws: TestAws) {}

  public async stop(): Promise<void> {
    for (const client of this.clients.values()) { client.destroy(); }
    await this.aws.stop();
  }

  /** The SDK puts the account before the host, so this one needs a name: `localhost`. */
  public client(credentials: Credentials = ROOT): S3ControlClient {
    const endpoint = this.aws.emulator.endpoint.replace('127.0.0.1', 'localhost');
    const client = this.clients.get(credentials.accessKeyId) ?? new S3ControlClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });
    this.clients.set(credentials.accessKeyId, client);
    return client;
  }

  public async control(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.aws.emulator.endpoint}/_s3truth/${path}`, { method, body: body && JSON.stringify(body) });
    const answer = await response.json() as Record<string, unknown>;
    if (!response.ok) { throw new Error(`${response.status} ${answer.error}`); }
    return answer;
  }

  /** Runs `test` under other settings, and puts back those of before. */
  public async under(settings: object, test: () => Promise<void>): Promise<void> {
    const before = await this.control('GET', 'batch');
    await this.control('PUT', 'batch', settings);
    try { await test(); } finally { await this.control('PUT', 'batch', before); }
  }

  /** A role that Batch Operations may assume, in this account only. */
  public async jobRole(statements: Statement[], trust: Partial<Statement> = {}): Promise<string> {
    const RoleName = this.aws.name('job-role');
    const { Role } = await this.aws.iam().send(new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: document([{
        Effect: 'Allow',
        Principal: { Service: SERVICE },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
        ...trust,
      }]),
    }));
    await this.aws.iam().send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: document(statements) }));
    return Role!.Arn!;
  }

  public report(more: Partial<JobReport> = {}): JobReport {
    return { Enabled: true, Bucket: `arn:aws:s3:::${this.ops}`, Prefix: 'reports', Format: 'Report_CSV_20180820', ReportScope: 'AllTasks', ...more };
  }

  public input(Operation: JobOperation, more: Partial<CreateJobCommandInput> = {}): CreateJobCommandInput {
    return {
      AccountId: ACCOUNT,
      ClientRequestToken: this.aws.name('token'),
      ConfirmationRequired: false,
      Priority: 10,
      RoleArn: this.role,
      Report: this.report(),
      Operation,
      ...more,
    };
  }

  public generator(bucket: string, Filter: JobManifestGeneratorFilter = {}): Pick<CreateJobCommandInput, 'ManifestGenerator'> {
    return { ManifestGenerator: { S3JobManifestGenerator: { SourceBucket: `arn:aws:s3:::${bucket}`, EnableManifestOutput: false, Filter } } };
  }

  public async create(input: CreateJobCommandInput, credentials?: Credentials): Promise<string> {
    const { JobId } = await this.client(credentials).send(new CreateJobCommand(input));
    return JobId!;
  }

  public async describe(JobId: string): Promise<JobDescriptor> {
    const { Job } = await this.client().send(new DescribeJobCommand({ AccountId: ACCOUNT, JobId }));
    return Job!;
  }

  public async reach(JobId: string, ...statuses: string[]): Promise<JobDescriptor> {
    for (let waited = 0; waited < PATIENCE_SECONDS * 1000; waited += 5) {
      const job = await this.describe(JobId);
      if (statuses.includes(job.Status!)) { return job; }
      if (TERMINAL.includes(job.Status!)) { throw new Error(`the job ended as ${job.Status}: ${JSON.stringify(job.FailureReasons)}`); }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`the job ${JobId} did not become ${statuses.join(' or ')}`);
  }

  /** Creates a job and waits for its end. */
  public async run(input: CreateJobCommandInput): Promise<JobDescriptor> {
    return this.reach(await this.create(input), ...TERMINAL);
  }

  /** Runs an operation on a bucket, and gives what the report says of each key. */
  public async lines(
    operation: JobOperation, bucket: string, filter?: JobManifestGeneratorFilter, more: Partial<CreateJobCommandInput> = {},
  ): Promise<Line[]> {
    const job = await this.run(this.input(operation, { ...this.generator(bucket, filter), ...more }));
    if (job.Status !== 'Complete') { throw new Error(`the job ended as ${job.Status}: ${JSON.stringify(job.FailureReasons)}`); }
    return this.reportOf(job.JobId!);
  }

  public async reportOf(jobId: string): Promise<Line[]> {
    const { Contents = [] } = await this.aws.s3().send(new ListObjectsV2Command({ Bucket: this.ops, Prefix: `reports/job-${jobId}/results/` }));
    const files = await Promise.all(Contents.map(async ({ Key }) => this.text(Key!)));
    return files.flatMap((file) => file.trimEnd().split('\n')).map(parseLine).sort((a, b) => (a.Key < b.Key ? -1 : 1));
  }

  public async text(Key: string, Bucket = this.ops): Promise<string> {
    const { Body } = await this.aws.s3().send(new GetObjectCommand({ Bucket, Key }));
    return Body!.transformToString();
  }
}

/** The message is quoted where it has commas, and the others never are. */
function parseLine(line: string): Line {
  const [Bucket, Key, VersionId, TaskStatus, fifth, sixth, ...rest] = line.split(',');
  const [ErrorCode, HTTPStatusCode] = /^\d+$/.test(fifth) ? [sixth, fifth] : [fifth, sixth];
  const ResultMessage = rest.join(',').replace(/^"(.*)"$/, '$1').replaceAll('""', '"');
  return { Bucket, Key: decodeURIComponent(Key.replaceAll('+', ' ')), VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage };
}

/** Key and code of each line, `ok` where it succeeded. */
export function outcomes(lines: Line[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => [line.Key, line.TaskStatus === 'succeeded' ? 'ok' : `${line.HTTPStatusCode} ${line.ErrorCode}`]));
}

export function updateTo(KMSKeyArn: string, BucketKeyEnabled?: boolean): JobOperation {
  return { S3UpdateObjectEncryption: { ObjectEncryption: { SSEKMS: { KMSKeyArn, BucketKeyEnabled } } } };
}
