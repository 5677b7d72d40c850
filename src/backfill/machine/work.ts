import { followJob, jobResult } from './follow';
import { describe } from './prepare';
import type { Settings } from './settings';
import { call, failWith, type State, type States } from './states';

/** Confirms the jobs of a plan one after the other, so that they do not compete for the same request rates, and follows each. */
export function runJobs(settings: Settings, rest: State): State {
  const { partition, account } = settings;
  const about = { 'name.$': '$.job.name', 'source.$': '$.job.source', 'engine.$': '$.job.engine', 'large.$': '$.job.large', 'jobId.$': '$.job.jobId' };
  const status = '$.described.Job.Status';
  const is = (...values: string[]) => ({ Or: values.map((StringEquals) => ({ Variable: status, StringEquals })) });
  return {
    Type: 'Map',
    ItemSelector: { 'job.$': '$$.Map.Item.Value' },
    MaxConcurrency: 1,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: 'AnythingToDo',
      States: {
        AnythingToDo: {
          Type: 'Choice',
          Choices: [
            { Variable: '$.job.engine', StringEquals: 'count', Next: 'NotRun' },
            { Variable: '$.job.total', NumericEquals: 0, Next: 'NotRun' },
          ],
          Default: 'DescribePlanned',
        },
        NotRun: { Type: 'Pass', Parameters: { ...about, status: 'NotRun', total: 0, succeeded: 0, failed: 0 }, End: true },
        DescribePlanned: describe(settings, '$.job.jobId', {
          ResultPath: '$.described',
          Next: 'StillPlanned',
          Catch: [{ ErrorEquals: ['S3Control.NotFoundException', 'S3Control.NoSuchJobException', 'S3Control.S3ControlException'], ResultPath: '$.error', Next: 'PlanForgotten' }],
        }),
        StillPlanned: {
          Type: 'Choice',
          Choices: [
            { ...is('Suspended'), Next: 'Confirm' },
            // Cancelled, or expired: S3 does not keep a job that waits for ever.
            { ...is('Cancelled', 'Cancelling', 'Failed', 'Failing'), Next: 'PlanUsedUp' },
          ],
          Default: 'JobWait', // a run that is repeated finds its jobs at work, or done
        },
        Confirm: call(partition, 's3control:updateJobStatus', { 'AccountId': account, 'JobId.$': '$.job.jobId', 'RequestedJobStatus': 'Ready' }, { ResultPath: null, Next: 'JobWait' }),
        ...failWith('PlanForgotten', 'PlanUsedUp', 'job {} of the plan cannot be read ({}): S3 forgets jobs after a while; start a new plan and confirm that', '$.job.jobId', '$.error.Error'),
        ...failWith('PlanUsedUp', 'PlanUsedUp', 'job {} of the plan is {}: it was cancelled or waited too long; start a new plan and confirm that', '$.job.jobId', status),
        ...followJob(settings, 'Job', '$.job.jobId', '$.job.total'),
        JobDone: jobResult(about, true),
        JobDoneUncounted: jobResult(about, false),
      },
    },
    ...rest,
  };
}

/** One more job for what failed and may succeed: the function decides on each object anew, and copies where an update could not. */
export function retryJobs(settings: Settings, rest: State): State {
  // What came from a list stays one of a list: src/runtime/read-reports.ts.
  const about = { 'name': 'retry', 'source.$': '$.manifest.source', 'engine': 'lambda', 'large': false, 'jobId.$': '$.made.JobId' };
  return {
    Type: 'Map',
    ItemSelector: { 'manifest.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index', 'planId.$': '$.plan.planId' },
    MaxConcurrency: 1,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: 'RetryFields',
      States: {
        ...manifestFields('Retry', '$.manifest.versioned', 'CreateRetry'),
        CreateRetry: call(settings.partition, 's3control:createJob', {
          'AccountId': settings.account,
          'ClientRequestToken.$': "States.Hash(States.Format('{}/retry/{}', $.planId, $.index), 'SHA-256')",
          'ConfirmationRequired': false,
          'Description': `${settings.description} retry`,
          'Priority': 10,
          'RoleArn': settings.batchRoleArn,
          ...byFunction(settings),
          'Manifest': manifestOf('$.manifest', '$.fields'),
        }, { ResultPath: '$.made', Next: 'RetryWait' }),
        ...followJob(settings, 'Retry', '$.made.JobId', '$.manifest.rows'),
        RetryDone: jobResult(about, true),
        RetryDoneUncounted: jobResult(about, false),
      },
    },
    ...rest,
  };
}

/** The jobs of noncurrent versions, which wait for the confirmation like all others. */
export function noncurrentJobs(settings: Settings, rest: State): State {
  return jobsOfLists(settings, { name: 'noncurrent', columns: ['Bucket', 'Key', 'VersionId'], source: { source: 'noncurrent' } }, rest);
}

/** The jobs of what a report listed: the current version of each key. */
export function listedJobs(settings: Settings, rest: State): State {
  return jobsOfLists(settings, { name: 'listed', columns: ['Bucket', 'Key'], source: { 'source.$': '$.manifest.source' } }, rest);
}

/** Lists of our own, each a job of the function. */
interface Lists {
  /** Names the jobs, and with a capital letter the states. */
  readonly name: string;
  readonly columns: string[];
  readonly source: object;
}

function jobsOfLists(settings: Settings, { name, columns, source }: Lists, rest: State): State {
  const state = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return {
    Type: 'Map',
    ItemSelector: { 'manifest.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index', 'planId.$': '$.planId' },
    MaxConcurrency: 1,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: `Create${state}`,
      States: {
        [`Create${state}`]: call(settings.partition, 's3control:createJob', {
          'AccountId': settings.account,
          'ClientRequestToken.$': `States.Hash(States.Format('{}/${name}/{}', $.planId, $.index), 'SHA-256')`,
          'ConfirmationRequired': true,
          'Description': `${settings.description} ${name} plan`,
          'Priority': 10,
          'RoleArn': settings.batchRoleArn,
          ...byFunction(settings),
          'Manifest': manifestOf('$.manifest', columns),
        }, { ResultPath: '$.made', Next: `${state}Made` }),
        [`${state}Made`]: {
          Type: 'Pass',
          Parameters: {
            'name.$': `States.Format('${name}-{}', $.index)`, ...source, 'engine': 'lambda', 'large': false, 'jobId.$': '$.made.JobId', 'status': 'Suspended', 'total.$': '$.manifest.rows',
          },
          End: true,
        },
      },
    },
    ...rest,
  };
}

/** The report names every object, because only the function's answer says what became of it. */
function byFunction({ reencryptArn, operationsBucketArn, account }: Settings): object {
  return {
    Operation: { LambdaInvoke: { FunctionArn: reencryptArn, InvocationSchemaVersion: '2.0' } },
    Report: { Enabled: true, Bucket: operationsBucketArn, Prefix: 'reports', Format: 'Report_CSV_20180820', ReportScope: 'AllTasks', ExpectedBucketOwner: account },
  };
}

/** A list of our own names versions in all of its rows or in none. */
function manifestFields(name: string, versionedPath: string, next: string): States {
  const fields = (Result: string[]): State => ({ Type: 'Pass', Result, ResultPath: '$.fields', Next: next });
  return {
    [`${name}Fields`]: { Type: 'Choice', Choices: [{ Variable: versionedPath, BooleanEquals: true, Next: `${name}WithVersions` }], Default: `${name}WithoutVersions` },
    [`${name}WithVersions`]: fields(['Bucket', 'Key', 'VersionId']),
    [`${name}WithoutVersions`]: fields(['Bucket', 'Key']),
  };
}

function manifestOf(path: string, fields: string | string[]): object {
  return {
    Spec: { Format: 'S3BatchOperations_CSV_20180820', ...typeof fields === 'string' ? { 'Fields.$': fields } : { Fields: fields } },
    Location: { 'ObjectArn.$': `${path}.objectArn`, 'ETag.$': `${path}.etag` },
  };
}
