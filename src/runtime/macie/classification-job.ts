import { createHash } from 'node:crypto';
import { gigabytesIn, type SizeServices } from './job-size';
import type { Macie } from './macie-api';
import { isNotEnabled, needSession, told } from './session';

/** The properties of a `Custom::MacieClassificationJob`. */
export interface JobProperties {
  /** What the name of the job begins with. */
  readonly JobName: string;
  readonly AccountId: string;
  /** JSON: the input of CreateClassificationJob without its name and token. */
  readonly Settings: string;
  /** How much may be inspected at once; absent if only what comes later is. */
  readonly MaximumGigabytes?: string;
}

export interface JobServices extends SizeServices {
  log(line: object): void;
}

/** Which deployment asks. */
export interface JobRequest {
  readonly stackId: string;
  readonly requestId: string;
}

interface JobSettings {
  readonly description?: string;
  readonly samplingPercentage?: number;
  readonly s3JobDefinition: { readonly bucketDefinitions: readonly { readonly accountId: string; readonly buckets: readonly string[] }[] };
}

/** Marks a job that ended by itself and that a stack has given up since: nothing else tells it from one that a stack still has. */
const RETIRED = 'cdk-s3-encryption:retired';

/** https://docs.aws.amazon.com/macie/latest/APIReference/jobs-jobid.html */
const CANCELLABLE = ['IDLE', 'PAUSED', 'RUNNING', 'USER_PAUSED'];

/** The id of a resource without a job, so that its deletion has nothing to cancel. */
const NO_JOB = 'no-job-of-';

export function idWithoutJob(logicalId: string): string {
  return `${NO_JOB}${logicalId}`;
}

/**
 * Makes the job, or finds it: a deployment that is tried again, or rolled back, neither makes nor pays a second one.
 *
 * Jobs cannot be changed, so that another scope is another job, with another name. The same scope in another order is not.
 *
 * @returns the id of the job
 */
export async function startJob(properties: JobProperties, { stackId, requestId }: JobRequest, services: JobServices): Promise<string> {
  const { macie, log } = services;
  await needSession(macie);
  const settings = JSON.parse(properties.Settings) as JobSettings;
  const name = `${properties.JobName}-${createHash('sha256').update(`${stackId}\n${inspected(settings)}`).digest('hex').slice(0, 16)}`;
  try {
    const before = await find(name, macie);
    if (before !== undefined) {
      log({ message: 'was made before', jobId: before, name });
      return before;
    }
  } catch (error) {
    throw told('the jobs of Macie cannot be listed', error);
  }
  await checkSize(properties, settings, services);
  try {
    // Settings of the same token make no second job.
    const { jobId } = await macie.call('POST', '/jobs', { ...settings, name, clientToken: requestId });
    log({ message: 'made', jobId, name });
    return String(jobId);
  } catch (error) {
    throw told(`Macie does not make the job ${name}`, error);
  }
}

/** What the job inspects, however it is written: all lists of these settings are sets, and a description changes nothing that is paid. */
function inspected({ description: _, ...settings }: JobSettings): string {
  return JSON.stringify(canonical(settings));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const ordered = value.map((one) => canonical(one)).map((one) => [JSON.stringify(one), one] as const).sort(([a], [b]) => (a < b ? -1 : 1));
    return ordered.map(([, one]) => one);
  }
  if (typeof value !== 'object' || value === null) { return value; }
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, canonical(one)]));
}

/** Cancels the job, unless it has ended, or went with Macie itself. What it found stays. */
export async function endJob(jobId: string, services: Pick<JobServices, 'macie' | 'log'>): Promise<string> {
  if (jobId.startsWith(NO_JOB)) { return 'no job was made'; }
  try {
    const { jobArn, jobStatus } = await services.macie.call('GET', `/jobs/${jobId}`);
    const ended = CANCELLABLE.includes(String(jobStatus)) ? await cancel(jobId, services.macie) : String(jobStatus);
    if (ended !== 'CANCELLED') { await retire(jobId, String(jobArn), services); }
    services.log({ message: 'ended', jobId, was: jobStatus, is: ended });
    return `the job ${jobId} is ${ended}`;
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') { return `the job ${jobId} is gone`; }
    if (isNotEnabled(error)) { return 'Macie is not enabled any more, and its jobs went with it'; }
    throw told(`the job ${jobId} of Macie could not be cancelled, and may go on`, error);
  }
}

/** How it ended. */
async function cancel(jobId: string, macie: Macie): Promise<string> {
  try {
    await macie.call('PATCH', `/jobs/${jobId}`, { jobStatus: 'CANCELLED' });
    return 'CANCELLED';
  } catch (error) {
    const { jobStatus } = await macie.call('GET', `/jobs/${jobId}`);
    // It ended in the meantime, which Macie answers to with an error.
    if (CANCELLABLE.includes(String(jobStatus))) { throw error; }
    return String(jobStatus);
  }
}

/** Without the mark, going back to these settings would find the old job and analyze nothing: no reason to fail, as nothing goes on. */
async function retire(jobId: string, jobArn: string, { macie, log }: Pick<JobServices, 'macie' | 'log'>): Promise<void> {
  try {
    await macie.call('POST', `/tags/${encodeURIComponent(jobArn)}`, { tags: { [RETIRED]: 'true' } });
  } catch (error) {
    log({ message: 'not marked', jobId, error: String(error) });
  }
}

/** A job of this name that is still wanted. All are listed: whether a filter takes whole names is documented nowhere. */
async function find(name: string, macie: Macie): Promise<string | undefined> {
  let nextToken: unknown;
  do {
    const page = await macie.call('POST', '/jobs/list', { nextToken });
    for (const { jobId, jobStatus, name: found } of page.items as { jobId: string; jobStatus: string; name: string }[] ?? []) {
      if (found !== name || jobStatus === 'CANCELLED') { continue; }
      const { tags } = await macie.call('GET', `/jobs/${jobId}`) as { tags?: Record<string, string> };
      if (tags?.[RETIRED] === undefined) { return jobId; }
    }
    ({ nextToken } = page);
  } while (typeof nextToken === 'string' && nextToken !== '');
  return undefined;
}

/** Nobody learns from a bill that a bucket was large. */
async function checkSize({ AccountId, MaximumGigabytes }: JobProperties, settings: JobSettings, services: JobServices): Promise<void> {
  if (MaximumGigabytes === undefined) { return; }
  const { samplingPercentage = 100, s3JobDefinition: { bucketDefinitions } } = settings;
  const gigabytes = await gigabytesIn(AccountId, bucketDefinitions, services) * samplingPercentage / 100;
  services.log({ message: 'to inspect at most', gigabytes: Math.ceil(gigabytes), maximum: Number(MaximumGigabytes) });
  if (gigabytes > Number(MaximumGigabytes)) {
    throw new Error(`the job could inspect ${Math.ceil(gigabytes)} GB, compressed files counted three times, at about 1 USD each, and 'maximumGigabytes' of DiscoveryJob is ${MaximumGigabytes}: no job was made. Remedy: set it to ${Math.ceil(gigabytes)}, lower 'samplingPercentage', or watch fewer buckets, then deploy again`);
  }
}
