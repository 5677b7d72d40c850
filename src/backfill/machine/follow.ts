import { describe } from './prepare';
import type { Settings } from './settings';
import { call, failWith, type State, type States } from './states';

/** Up to so many objects, a look every so many seconds: the history of an execution holds 25,000 events. */
const LOOKS = [
  { objects: 10_000, seconds: 30 },
  { objects: 1_000_000, seconds: 120 },
  { objects: 100_000_000, seconds: 900 },
  { objects: 1_000_000_000, seconds: 3600 },
];
const SELDOM_SECONDS = 14_400;

/**
 * The states that follow one job until it has ended, from `${name}Wait` on. `$.jobId` and `$.total` say which.
 *
 * With every look the key is looked at as well: under one that is disabled every further object
 * would fail, so the job is cancelled and the execution ends.
 */
export function followJob(settings: Settings, name: string, jobIdPath: string, totalPath: string): States {
  const { partition, account, keyArn } = settings;
  const state = (suffix: string) => `${name}${suffix}`;
  const ended = ['Complete', 'Failed', 'Cancelled'];
  const number = (member: string) => `$.described.Job.ProgressSummary.${member}`;
  return {
    [state('Wait')]: {
      Type: 'Choice',
      Choices: LOOKS.map(({ objects, seconds }) => ({ Variable: totalPath, NumericLessThanEquals: objects, Next: state(`Wait${seconds}`) })),
      Default: state(`Wait${SELDOM_SECONDS}`),
    },
    ...Object.fromEntries([...LOOKS.map(({ seconds }) => seconds), SELDOM_SECONDS].map((seconds) =>
      [state(`Wait${seconds}`), { Type: 'Wait', Seconds: seconds, Next: state('Key') }])),
    [state('Key')]: call(partition, 'kms:describeKey', { KeyId: keyArn }, { ResultPath: '$.key', Next: state('KeyUsable') }),
    [state('KeyUsable')]: {
      Type: 'Choice', Choices: [{ Variable: '$.key.KeyMetadata.KeyState', StringEquals: 'Enabled', Next: state('Look') }], Default: state('Stop'),
    },
    [state('Stop')]: call(partition, 's3control:updateJobStatus', {
      'AccountId': account, 'JobId.$': jobIdPath, 'RequestedJobStatus': 'Cancelled', 'StatusUpdateReason': 'The target key cannot be used any more',
    }, { ResultPath: null, Next: state('KeyLost'), Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: null, Next: state('KeyLost') }] }),
    ...failWith(state('KeyLost'), 'KeyUnusable', 'the target key became {} while job {} ran, and the job was cancelled: enable the key, and start a new plan, which goes on with what is left',
      '$.key.KeyMetadata.KeyState', jobIdPath),
    [state('Look')]: describe(settings, jobIdPath, { ResultPath: '$.described', Next: state('Ended') }),
    [state('Ended')]: {
      Type: 'Choice',
      Choices: [
        {
          And: [
            { Or: ended.map((status) => ({ Variable: '$.described.Job.Status', StringEquals: status })) },
            { Variable: number('NumberOfTasksFailed'), IsPresent: true },
          ],
          Next: state('Done'),
        },
        { Or: ended.map((status) => ({ Variable: '$.described.Job.Status', StringEquals: status })), Next: state('DoneUncounted') },
      ],
      Default: state('Wait'),
    },
  };
}

/** What became of a job, as the function that reads its report wants it. */
export function jobResult(rest: object, counted: boolean): State {
  return {
    Type: 'Pass',
    Parameters: {
      ...rest,
      'status.$': '$.described.Job.Status',
      ...counted ? {
        'total.$': '$.described.Job.ProgressSummary.TotalNumberOfTasks',
        'succeeded.$': '$.described.Job.ProgressSummary.NumberOfTasksSucceeded',
        'failed.$': '$.described.Job.ProgressSummary.NumberOfTasksFailed',
      } : { total: 0, succeeded: 0, failed: 0 },
    },
    End: true,
  };
}
