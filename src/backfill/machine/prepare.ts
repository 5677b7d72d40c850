import type { Settings } from './settings';
import { call, failWith, RETRY, type State } from './states';

/** Seconds between two looks: often at first, then seldom, so that days of listing fit into one history. */
const LOOKS = [{ below: 20, seconds: 30 }, { below: 120, seconds: 600 }];
const SELDOM_SECONDS = 3600;

/**
 * Creates one job for each template, lets S3 list its objects, and reads how many there are.
 *
 * A job that needs confirmation stops there, as `Suspended`, and touches no object. Jobs that are
 * only there to count are cancelled at once; so are all of them if `keep` is false.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-job-status.html
 *
 * @param name begins the names of the states, which are unique in a machine
 * @param token path of a text that is the same for a retried step, and another for another plan
 */
export function prepareJobs(settings: Settings, name: string, options: {
  readonly keep: boolean;
  readonly itemsPath: string;
  readonly createdBefore: string;
  readonly token: string;
  readonly resultPath: string;
  readonly rest: State;
}): State {
  const { partition, account } = settings;
  const inItem = (state: string) => `${name}${state}`;
  const cancelled = {
    ...call(partition, 's3control:updateJobStatus', {
      'AccountId': account, 'JobId.$': '$.made.JobId', 'RequestedJobStatus': 'Cancelled', 'StatusUpdateReason': 'It was there to count, not to run',
    }, { ResultPath: null, Next: inItem('Counted'), Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: null, Next: inItem('Counted') }] }),
  };
  const counted = (total: object, status: string): State => ({
    Type: 'Pass',
    Parameters: {
      'name.$': '$.job.name', 'source.$': '$.job.source', 'engine.$': '$.job.engine', 'large.$': '$.job.large', 'jobId.$': '$.made.JobId', status, ...total,
    },
    End: true,
  });
  return {
    Type: 'Map',
    ItemsPath: options.itemsPath,
    ItemSelector: {
      'job.$': '$$.Map.Item.Value', 'token.$': options.token, 'created': { 'CreatedBefore.$': options.createdBefore }, 'looks': 0,
    },
    MaxConcurrency: 4,
    ResultPath: options.resultPath,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: inItem('Create'),
      States: {
        [inItem('Create')]: create(settings, options.keep, inItem('Wait')),
        [inItem('Wait')]: {
          Type: 'Choice',
          Choices: LOOKS.map(({ below, seconds }) => ({ Variable: '$.looks', NumericLessThan: below, Next: inItem(`Wait${seconds}`) })),
          Default: inItem(`Wait${SELDOM_SECONDS}`),
        },
        ...Object.fromEntries([...LOOKS.map(({ seconds }) => seconds), SELDOM_SECONDS].map((seconds) =>
          [inItem(`Wait${seconds}`), { Type: 'Wait', Seconds: seconds, Next: inItem('Look') }])),
        [inItem('Look')]: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.looks, 1)' }, ResultPath: '$.next', Next: inItem('Looked') },
        [inItem('Looked')]: { Type: 'Pass', InputPath: '$.next.n', ResultPath: '$.looks', Next: inItem('Describe') },
        [inItem('Describe')]: describe(settings, '$.made.JobId', { ResultPath: '$.described', Next: inItem('Prepared') }),
        [inItem('Prepared')]: {
          Type: 'Choice',
          Choices: [
            { Or: ['New', 'Preparing'].map((status) => ({ Variable: '$.described.Job.Status', StringEquals: status })), Next: inItem('Wait') },
            { Variable: '$.described.Job.Status', StringEquals: 'Failed', Next: inItem('WhyFailed') },
            { Variable: '$.described.Job.Status', StringEquals: 'Complete', Next: inItem('Empty') },
            { Variable: '$.described.Job.Status', StringEquals: 'Cancelled', Next: inItem('Withdrawn') },
            { Variable: '$.described.Job.ProgressSummary.TotalNumberOfTasks', IsPresent: true, Next: inItem('Keep') },
          ],
          Default: inItem('Uncounted'),
        },
        [inItem('Keep')]: {
          Type: 'Choice',
          Choices: options.keep ? [{ Variable: '$.job.engine', StringEquals: 'count', Next: inItem('Cancel') }] : [{ Variable: '$.job.engine', IsPresent: true, Next: inItem('Cancel') }],
          Default: inItem('Counted'),
        },
        [inItem('Cancel')]: cancelled,
        [inItem('Counted')]: counted({ 'total.$': '$.described.Job.ProgressSummary.TotalNumberOfTasks' }, 'Suspended'),
        // A list without objects is reported as a failure, in words: there is nothing to do.
        [inItem('WhyFailed')]: {
          Type: 'Choice',
          Choices: [{
            And: [
              { Variable: '$.described.Job.FailureReasons[0].FailureReason', IsPresent: true },
              { Or: ['*no keys*', '*no objects*', '*empty*'].map((text) => ({ Variable: '$.described.Job.FailureReasons[0].FailureReason', StringMatches: text })) },
            ],
            Next: inItem('Empty'),
          }],
          Default: inItem('Why'),
        },
        [inItem('Empty')]: counted({ total: 0 }, 'Empty'),
        [inItem('Why')]: {
          Type: 'Choice',
          Choices: [{ Variable: '$.described.Job.FailureReasons[0].FailureReason', IsPresent: true, Next: inItem('Unlisted') }],
          Default: inItem('Unexplained'),
        },
        ...failWith(inItem('Unlisted'), 'ManifestFailed', 'S3 could not list the objects of job {} ({}): {}', '$.made.JobId', '$.job.name', '$.described.Job.FailureReasons[0].FailureReason'),
        ...failWith(inItem('Unexplained'), 'ManifestFailed', 'S3 could not list the objects of job {} ({}), and gave no reason: look at it in S3 Batch Operations', '$.made.JobId', '$.job.name'),
        ...failWith(inItem('Withdrawn'), 'JobCancelled', 'job {} ({}) was cancelled while it was prepared: start a new plan', '$.made.JobId', '$.job.name'),
        ...failWith(inItem('Uncounted'), 'CountMissing', 'job {} ({}) is {} without a number of objects: start a new plan', '$.made.JobId', '$.job.name', '$.described.Job.Status'),
      },
    },
    ...options.rest,
  };
}

function create({ partition, account, operationsBucketArn, bucketArn, batchRoleArn, description }: Settings, keep: boolean, Next: string): State {
  return call(partition, 's3control:createJob', {
    'AccountId': account,
    // The same for a retried step, so that it makes no second job: https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html
    'ClientRequestToken.$': "States.Hash(States.Format('{}/{}', $.token, $.job.name), 'SHA-256')",
    'ConfirmationRequired': true,
    'Description.$': `States.Format('${description} {} ${keep ? 'plan' : 'verification'}', $.job.name)`,
    'Priority': 10,
    'RoleArn': batchRoleArn,
    'Operation.$': '$.job.operation',
    'Report': {
      'Enabled': true, 'Bucket': operationsBucketArn, 'Prefix': 'reports', 'Format': 'Report_CSV_20180820', 'ReportScope.$': '$.job.reportScope', 'ExpectedBucketOwner': account,
    },
    'ManifestGenerator': {
      S3JobManifestGenerator: {
        'ExpectedBucketOwner': account,
        'SourceBucket': bucketArn,
        'EnableManifestOutput': keep,
        ...keep ? {
          ManifestOutputLocation: {
            Bucket: operationsBucketArn,
            ManifestPrefix: 'manifests',
            ManifestFormat: 'S3InventoryReport_CSV_20211130',
            ManifestEncryption: { Sses3: {} },
            ExpectedManifestBucketOwner: account,
          },
        } : {},
        'Filter.$': 'States.JsonMerge($.job.filter, $.created, false)',
      },
    },
  }, { ResultPath: '$.made', Next });
}

/** A job that was just made may not be found for a moment. */
export function describe({ partition, account }: Settings, idPath: string, rest: State): State {
  return call(partition, 's3control:describeJob', { 'AccountId': account, 'JobId.$': idPath }, {
    Retry: [{ ErrorEquals: ['S3Control.NotFoundException', 'S3Control.NoSuchJobException'], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 4 }, ...RETRY],
    ...rest,
  });
}
