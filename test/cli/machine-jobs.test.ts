import type { JobDescriptor } from '@aws-sdk/client-s3-control';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { MachineJobs } from '../../src/cli/machine-jobs';

const created = (JobId: string): HistoryEvent => event({ taskSucceededEventDetails: { resourceType: 'aws-sdk:s3control', resource: 'createJob', output: JSON.stringify({ JobId }) } });
const asked = (resource: string, parameters: object): HistoryEvent =>
  event({ taskScheduledEventDetails: { resourceType: 'aws-sdk:s3control', resource, region: 'us-east-1', parameters: JSON.stringify(parameters) } });
const described = (JobId: string): HistoryEvent => asked('describeJob', { JobId });
const confirmed = (JobId: string): HistoryEvent => asked('updateJobStatus', { JobId, RequestedJobStatus: 'Ready' });
const job = (Status: string, tasks: number, succeeded = 0, failed = 0, ConfirmationRequired = true): JobDescriptor =>
  ({ Status: Status as JobDescriptor['Status'], ConfirmationRequired, ProgressSummary: { TotalNumberOfTasks: tasks, NumberOfTasksSucceeded: succeeded, NumberOfTasksFailed: failed } });

function event(details: object): HistoryEvent { return { id: 1, type: undefined, timestamp: undefined, ...details }; }

function after(...events: HistoryEvent[]): MachineJobs {
  const jobs = new MachineJobs();
  events.forEach((each) => jobs.note(each));
  return jobs;
}

test('a plan counts what S3 has listed for the jobs that it created', () => {
  const jobs = after(created('a'), described('a'), created('b'));
  jobs.update('a', job('Suspended', 10));
  jobs.update('b', job('Preparing', 5));
  expect(jobs.listed()).toEqual({ jobs: 2, tasks: 15, succeeded: 15, failed: 0 });
  expect(jobs.open).toEqual(['b']); // the other one waits, and does not change
});

test('a run counts the jobs of its plan, which others have created', () => {
  const jobs = after(described('a'), confirmed('a'), described('a'), described('done before'));
  jobs.update('a', job('Active', 10, 4, 1));
  jobs.update('done before', job('Complete', 7, 7));
  expect(jobs.worked()).toEqual({ jobs: 2, tasks: 17, succeeded: 11, failed: 1 });
  expect(jobs.open).toEqual(['a']);
});

test('a job that is there to count is not work', () => {
  const jobs = after(confirmed('a'), created('verification'), described('verification'), asked('updateJobStatus', { JobId: 'verification', RequestedJobStatus: 'Cancelled' }));
  jobs.update('a', job('Complete', 10, 10));
  jobs.update('verification', job('Cancelled', 99));
  expect(jobs.worked()).toEqual({ jobs: 1, tasks: 10, succeeded: 10, failed: 0 });
});

test('a second attempt makes failures fewer, and objects not more', () => {
  const jobs = after(confirmed('a'), created('retry'), described('retry'));
  jobs.update('a', job('Complete', 10, 7, 3));
  jobs.update('retry', job('Complete', 3, 2, 1, false));
  expect(jobs.worked()).toEqual({ jobs: 2, tasks: 10, succeeded: 9, failed: 1 });
});

test('a run that plans for itself confirms what it has created', () => {
  const jobs = after(created('a'));
  jobs.update('a', job('Suspended', 10));
  expect(jobs.open).toEqual([]);
  expect(jobs.worked()).toMatchObject({ jobs: 0, tasks: 0 });
  jobs.note(confirmed('a'));
  expect(jobs.open).toEqual(['a']);
  jobs.update('a', job('Active', 10, 4));
  expect(jobs.worked()).toEqual({ jobs: 1, tasks: 10, succeeded: 4, failed: 0 });
});
