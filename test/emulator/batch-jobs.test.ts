import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateJobCommandInput, DeleteJobTaggingCommand, DescribeJobCommand, GetJobTaggingCommand, ListJobsCommand, PutJobTaggingCommand,
  UpdateJobPriorityCommand, UpdateJobStatusCommand,
} from '@aws-sdk/client-s3-control';
import { ACCOUNT, code } from './aws';
import { TestBatch, updateTo } from './batch';

const STATUS = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-job-status.html';
const CREATE = 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html';

let batch: TestBatch;
let bucket: string;
let key: string;
beforeAll(async () => {
  batch = await TestBatch.start();
  [bucket, key] = [await batch.aws.bucket(), await batch.aws.key()];
  await batch.aws.s3().send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'x' }));
});
afterAll(async () => { await batch?.stop(); });

const valid = (more: Partial<CreateJobCommandInput> = {}) => batch.input(updateTo(key), { ...batch.generator(bucket), ...more });
const status = (JobId: string, RequestedJobStatus: 'Ready' | 'Cancelled', StatusUpdateReason?: string) =>
  batch.client().send(new UpdateJobStatusCommand({ AccountId: ACCOUNT, JobId, RequestedJobStatus, StatusUpdateReason }));

describe(`a job (${STATUS})`, () => {
  test('passes through its states, each of which can be seen', async () => {
    await batch.under({ statePaceMilliseconds: 60, taskPaceMilliseconds: 60 }, async () => {
      const id = await batch.create(valid());
      const seen: string[] = [];
      for (let last = ''; last !== 'Complete';) {
        last = (await batch.describe(id)).Status!;
        if (seen.at(-1) !== last) { seen.push(last); }
      }
      expect(seen).toEqual(['New', 'Preparing', 'Ready', 'Active', 'Completing', 'Complete']);
    });
  });

  test('describes itself as it was asked for', async () => {
    const input = valid({ Description: 'a <b> & "c"', Tags: [{ Key: 'k', Value: 'v' }] });
    const job = await batch.run(input);
    expect(job).toMatchObject({
      Status: 'Complete',
      Description: 'a <b> & "c"',
      Priority: 10,
      RoleArn: batch.role,
      ConfirmationRequired: false,
      Operation: { S3UpdateObjectEncryption: { ObjectEncryption: { SSEKMS: { KMSKeyArn: key } } } },
      ManifestGenerator: { S3JobManifestGenerator: { SourceBucket: `arn:aws:s3:::${bucket}`, EnableManifestOutput: false } },
      ProgressSummary: { TotalNumberOfTasks: 1, NumberOfTasksSucceeded: 1, NumberOfTasksFailed: 0, Timers: { ElapsedTimeInActiveSeconds: 0 } },
    });
    expect(job.JobArn).toBe(`arn:aws:s3:us-east-1:${ACCOUNT}:job/${job.JobId}`);
    expect(job.TerminationDate!.getTime()).toBeGreaterThan(job.CreationTime!.getTime());
    expect(job.FailureReasons).toBeUndefined();
  });

  test.each([true, undefined])('waits with its total known until it is confirmed, when confirmation is %s', async (ConfirmationRequired) => {
    const id = await batch.create(valid({ ConfirmationRequired }));
    const waiting = await batch.reach(id, 'Suspended');
    expect(waiting).toMatchObject({ SuspendedCause: 'AwaitingConfirmation', ProgressSummary: { TotalNumberOfTasks: 1, NumberOfTasksSucceeded: 0 } });
    expect(waiting.SuspendedDate).toBeInstanceOf(Date);
    expect(await status(id, 'Ready', 'looks right')).toMatchObject({ JobId: id, Status: 'Ready', StatusUpdateReason: 'looks right' });
    expect(await batch.reach(id, 'Complete')).toMatchObject({ StatusUpdateReason: 'looks right', ProgressSummary: { NumberOfTasksSucceeded: 1 } });
  });

  test('does not become ready when it does not wait, nor anything else once it has ended', async () => {
    const job = await batch.run(valid());
    expect(await code(status(job.JobId!, 'Ready'))).toBe('400 JobStatusException');
    expect(await code(status(job.JobId!, 'Cancelled'))).toBe('400 JobStatusException');
  });

  test('is cancelled while it waits, and its tasks never run', async () => {
    const id = await batch.create(valid({ ConfirmationRequired: true }));
    await batch.reach(id, 'Suspended');
    expect((await status(id, 'Cancelled', 'changed my mind')).Status).toBe('Cancelling');
    expect(await batch.reach(id, 'Cancelled')).toMatchObject({ StatusUpdateReason: 'changed my mind', ProgressSummary: { NumberOfTasksSucceeded: 0 } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await batch.describe(id)).ProgressSummary!.NumberOfTasksSucceeded).toBe(0);
  });

  test('counts while it runs, and a cancelled one stops and still reports', async () => {
    const Bucket = await batch.aws.bucket();
    for (let each = 0; each < 200; each += 1) { await batch.aws.put(Bucket, `k${each}`); }
    await batch.under({ taskPaceMilliseconds: 10 }, async () => {
      const id = await batch.create(batch.input(updateTo(key), batch.generator(Bucket)));
      await batch.reach(id, 'Active');
      const counts = new Set<number>();
      while (counts.size < 3) { counts.add((await batch.describe(id)).ProgressSummary!.NumberOfTasksSucceeded!); }
      await status(id, 'Cancelled');
      const { ProgressSummary } = await batch.reach(id, 'Cancelled');
      expect(ProgressSummary!.TotalNumberOfTasks).toBe(200);
      expect(ProgressSummary!.NumberOfTasksSucceeded).toBeLessThan(200);
      expect(await batch.reportOf(id)).toHaveLength(ProgressSummary!.NumberOfTasksSucceeded!);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect((await batch.describe(id)).ProgressSummary).toEqual(ProgressSummary);
    });
  });

  test.each([
    ['NoSuchJob', '404 NoSuchJob'], ['NotFoundException', '400 NotFoundException'],
  ])('that does not exist is %s', async (notFoundCode, expected) => {
    await batch.under({ notFoundCode }, async () => {
      const missing = { AccountId: ACCOUNT, JobId: '00000000-0000-0000-0000-000000000000' };
      expect(await code(batch.client().send(new DescribeJobCommand(missing)))).toBe(expected);
      expect(await code(batch.client().send(new UpdateJobStatusCommand({ ...missing, RequestedJobStatus: 'Ready' })))).toBe(expected);
      expect(await code(batch.client().send(new GetJobTaggingCommand(missing)))).toBe(expected);
    });
  });

  test('has a priority that can be changed until it ends', async () => {
    const id = await batch.create(valid({ ConfirmationRequired: true }));
    await batch.reach(id, 'Suspended');
    const change = (Priority: number) => batch.client().send(new UpdateJobPriorityCommand({ AccountId: ACCOUNT, JobId: id, Priority }));
    expect(await change(77)).toMatchObject({ JobId: id, Priority: 77 });
    expect((await batch.describe(id)).Priority).toBe(77);
    expect(await code(change(-1))).toBe('400 BadRequestException');
    await status(id, 'Cancelled');
    await batch.reach(id, 'Cancelled');
    expect(await code(change(5))).toBe('400 BadRequestException');
  });

  test('has tags', async () => {
    const { JobId } = await batch.run(valid({ Tags: [{ Key: 'a', Value: '1' }] }));
    const job = { AccountId: ACCOUNT, JobId };
    const tags = async () => (await batch.client().send(new GetJobTaggingCommand(job))).Tags ?? [];
    expect(await tags()).toEqual([{ Key: 'a', Value: '1' }]);
    await batch.client().send(new PutJobTaggingCommand({ ...job, Tags: [{ Key: 'b', Value: '' }] }));
    expect(await tags()).toEqual([{ Key: 'b', Value: '' }]);
    const many = Array.from({ length: 51 }, (_, each) => ({ Key: `k${each}`, Value: 'v' }));
    expect(await code(batch.client().send(new PutJobTaggingCommand({ ...job, Tags: many })))).toBe('400 TooManyTagsException');
    await batch.client().send(new DeleteJobTaggingCommand(job));
    expect(await tags()).toEqual([]);
  });
});

describe('jobs (https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListJobs.html)', () => {
  test('are listed newest first, by pages and by status, the finished ones too', async () => {
    const ended = [(await batch.run(valid())).JobId, (await batch.run(valid())).JobId];
    const waiting = await batch.create(valid({ ConfirmationRequired: true }));
    await batch.reach(waiting, 'Suspended');
    const list = async (more = {}) => batch.client().send(new ListJobsCommand({ AccountId: ACCOUNT, ...more }));
    const all: (string | undefined)[] = [];
    for (let NextToken: string | undefined, first = true; first || NextToken !== undefined; first = false) {
      const page = await list({ MaxResults: 2, NextToken });
      expect(page.Jobs!.length).toBeLessThanOrEqual(2);
      all.push(...page.Jobs!.map(({ JobId }) => JobId));
      ({ NextToken } = page);
    }
    expect(all.slice(0, 3)).toEqual([waiting, ended[1], ended[0]]);
    expect(all).toEqual((await list()).Jobs!.map(({ JobId }) => JobId));
    const suspended = (await list({ JobStatuses: ['Suspended'] })).Jobs!;
    expect(suspended).toMatchObject([{ JobId: waiting, Operation: 'S3UpdateObjectEncryption', Status: 'Suspended', Priority: 10 }]);
    expect((await list({ JobStatuses: ['Suspended', 'Complete'] })).Jobs!.length).toBeGreaterThan(2);
    await status(waiting, 'Cancelled');
    expect(await code(list({ JobStatuses: ['Done'] }))).toBe('400 InvalidRequest');
    expect(await code(list({ MaxResults: 1001 }))).toBe('400 InvalidRequest');
    expect(await code(list({ NextToken: 'bm9uZQ==' }))).toBe('400 InvalidNextTokenException');
  });
});

describe(`a client request token (${CREATE})`, () => {
  test('makes the same job once, however often it is asked for', async () => {
    const input = valid({ ClientRequestToken: 'the-same' });
    const ids = await Promise.all([batch.create(input), batch.create(input), batch.create(input)]);
    expect(new Set(ids).size).toBe(1);
    await batch.reach(ids[0], 'Complete');
    expect(await batch.create(input)).toBe(ids[0]);
  });

  test('is refused for another job', async () => {
    await batch.create(valid({ ClientRequestToken: 'taken' }));
    expect(await code(batch.create(valid({ ClientRequestToken: 'taken', Priority: 11 })))).toBe('400 IdempotencyException');
  });
});
