import { noTotals, PRICES } from '../core';
import type { BucketSize } from './bucket-size';
import type { JobEntry } from './shapes';

/** https://aws.amazon.com/lambda/pricing/: arm64, 512 MB. A copy takes a fifth of a second, mostly waiting for S3. */
const LAMBDA_PER_REQUEST = 0.2 / 1_000_000;
const LAMBDA_PER_COPY = 0.2 * 0.5 * 0.0000133334;

/** What the function mostly updates, rather than copies. */
const UPDATED = ['noncurrent', 'listed'];

export interface PriceRequest {
  readonly planId: string;
  readonly planTime: string;
  readonly bucket: string;
  readonly keyArn: string;
  readonly bucketKey: boolean;
  readonly versioned: boolean;
  readonly copyEngine: 'batch' | 'lambda';
  readonly configuration: string;
  readonly warnings: readonly string[];
  readonly jobs: readonly JobEntry[];
  /** Jobs of noncurrent versions, which run before the others: an old version before the one that replaced it. */
  readonly moreJobs: readonly JobEntry[];
  /** Jobs of a list that a report made. They run after the others, and do what those leave. */
  readonly listedJobs?: readonly JobEntry[];
}

/** What a run of these jobs would do and cost, from what S3 counted. */
export function priced(request: PriceRequest, size: BucketSize): object {
  // Those of a list last: the function looks at each object, and leaves what the others have done.
  const jobs = [...request.moreJobs, ...request.jobs, ...request.listedJobs ?? []];
  const sum = (wanted: (job: JobEntry) => boolean): number => jobs.filter(wanted).reduce((total, job) => total + job.total, 0);

  const totals = noTotals();
  totals.rewritten = {
    'update': sum(({ engine, source }) => engine === 'update' || engine === 'lambda' && UPDATED.includes(source)),
    'copy': sum(({ engine, source, large }) => engine === 'copy' || engine === 'lambda' && !UPDATED.includes(source) && large !== true),
    'multipart-copy': sum(({ engine, large }) => engine === 'lambda' && large === true),
  };
  const { update, copy, 'multipart-copy': multipartCopy } = totals.rewritten;
  const copies = copy + multipartCopy;
  const objects = update + copies;
  const byFunction = sum(({ engine }) => engine === 'lambda');

  // Nobody knows the size of those that are copied before they are read: the average of the bucket stands for it.
  const average = size.bytes === undefined || !size.objects ? undefined : size.bytes / size.objects;
  const leftBytes = !request.versioned || copies === 0 ? 0 : average === undefined ? null : Math.round(copies * average);

  const cost = {
    jobs: money(jobs.length * (objects === 0 ? 1 : 2) * PRICES.perBatchJob), // those of the plan, and as many that verify
    objects: money(objects * PRICES.perBatchObject),
    manifests: money(2 * request.jobs.length * (size.objects ?? objects) * PRICES.perManifestObject),
    requests: money(objects * PRICES.perPut + (copies + byFunction) * PRICES.perGet * 2),
    kms: money(objects * 2 * PRICES.perKmsRequest * (request.bucketKey ? 0.01 : 1)),
    lambda: money(byFunction * (LAMBDA_PER_REQUEST + LAMBDA_PER_COPY)),
  };
  const exceptions = Object.fromEntries(
    [...new Set(jobs.filter(({ engine }) => engine === 'count').map(({ source }) => source))]
      .map((source) => [source, sum((job) => job.engine === 'count' && job.source === source)] as const)
      .filter(([, number]) => number > 0));
  return {
    planId: request.planId,
    planTime: request.planTime,
    bucket: request.bucket,
    keyArn: request.keyArn,
    versioned: request.versioned,
    configuration: request.configuration,
    copyEngine: request.copyEngine,
    objects,
    bytes: null,
    rewritten: { update, copy, multipartCopy },
    exceptions,
    leftVersions: request.versioned ? copies : 0,
    leftBytes,
    nothingToDo: objects === 0,
    cost: {
      ...cost,
      leftVersionsPerMonth: leftBytes === null ? null : money(leftBytes / 1024 ** 3 * PRICES.perStandardGigabyteMonth),
      total: money(Object.values(cost).reduce((all, each) => all + each, 0)),
      assumptions: assumptions(size, leftBytes),
    },
    jobs,
    warnings: [
      ...request.warnings,
      ...overlaps(request)
        ? ['objects of the list that other sources find too are counted and priced twice here: they are rewritten once, so the run does and costs less']
        : [],
      ...request.versioned && copies > 0
        ? [`${copies} copies leave the versions behind that they are made from, until a lifecycle rule removes them`]
        : [],
      ...copies > 0 ? ['copies have a new date: lifecycle rules count again, and notifications for created objects are sent'] : [],
    ],
    report: null,
  };
}

/** Nobody knows how many are of both before each is looked at: what a plan says is the most that it can be. */
function overlaps({ jobs, listedJobs = [] }: PriceRequest): boolean {
  return listedJobs.some(({ total }) => total > 0) && jobs.some(({ engine, total }) => engine !== 'count' && total > 0);
}

function assumptions(size: BucketSize, leftBytes: number | null): string {
  return [
    `list prices of ${PRICES.region} on ${PRICES.asOf}`,
    'the jobs of this plan and of the verification included; a hundredth of the KMS requests with a Bucket Key',
    size.objects === undefined ? 'the number of objects in the bucket is not known to CloudWatch yet, so lists are priced too low' : 'lists priced by the objects of yesterday',
    leftBytes === null ? 'the size of the versions that stay is not known to CloudWatch yet' : 'versions that stay at the average size of the bucket and the price of S3 Standard',
    'free tier, retrieval fees and transitions not counted',
  ].join('; ');
}

/** To a hundredth of a cent, so that a small bucket does not cost nothing. */
function money(dollars: number): number { return Math.round(dollars * 10_000) / 10_000; }
