import { type About, explain } from './explain';
import { duration, grouped, objects } from './numbers';
import { leftIn, needsSomebody, type Report } from './report';
import { accountLines } from './summary';
import { rewrittenIn } from '../core/totals';

/** What a run or a plan ends with, for people: what was done, what was not, and how to go on. */
export function closingLines(report: Report, about: About): string[] {
  const { options, result, versioned, cost, plan } = report;
  const { where, target } = options;
  const place = options.only !== undefined ? `the objects of ${options.only}` : where.prefix === '' ? 'all objects' : `objects below "${where.prefix}"`;
  return [
    `${plan ? 'Plan for' : 'Backfill of'} ${where.bucket}, ${place}${options.noncurrent ? ' with old versions' : ''}`,
    `to ${target.keyArn}, ${target.bucketKey ? 'with' : 'without'} S3 Bucket Key`,
    '',
    ...accountLines({ totals: result.totals, plan, versioned, cost, failures: result.failures }),
    '',
    ...(result.complete ? [] : stoppedLines(report, about)),
    ...(plan ? planned(report) : ran(report)),
  ];
}

/** Why the end was not reached, and how to go on. */
export function stoppedLines({ result, plan }: Report, about: About): string[] {
  const stopped = result.stopped ?? { code: 'Stopped', message: 'the end of the bucket was not reached' };
  if (plan) { return stopped.code === 'Interrupted' ? ['Interrupted: the plan covers what is counted above.'] : ['Stopped.', explain(stopped, about)]; }
  switch (stopped.code) {
    case 'Interrupted': return ['Interrupted. Nothing is lost: the same command goes on where this one was.'];
    case 'CheckpointNotWritten': return [
      `Stopped: ${stopped.message}.`, 'Nothing that was done is lost: make room, and the same command goes on from the last checkpoint. What was re-encrypted since is seen and not done again.',
    ];
    default: return [`Stopped. ${explain(stopped, about)}`, 'When that is repaired, the same command goes on where this one was.'];
  }
}

function planned({ result, asking }: Report): string[] {
  if (!result.complete || asking === true) { return []; }
  return [rewrittenIn(result.totals) === 0 ? 'Nothing to re-encrypt. Nothing was written.' : 'Nothing was written. To run it, leave out --plan.'];
}

function ran(report: Report): string[] {
  const { options, result, files, left, endpoint } = report;
  if (!result.complete) { return []; }
  const lines: string[] = [];
  if (needsSomebody(result) > 0 && files !== undefined) {
    lines.push(`${objects(needsSomebody(result))} need somebody: ${files.failures}`,
      `To take up only these again: cdk-s3-encryption backfill ${again(report)} --only ${quoted(files.failures)}`);
  }
  if (rewrittenIn(result.totals) === 0) { lines.push('Nothing had to be written.'); }
  lines.push(`Done in ${duration(result.seconds)}.`);
  if (left === undefined) {
    const elsewhere = endpoint === 'AWS' ? '' : ` --endpoint-url ${endpoint}`;
    const prefix = options.where.prefix === '' ? '' : ` --prefix ${quoted(options.where.prefix)}`;
    lines.push(`To see what is stored how now: cdk-s3-encryption audit --bucket ${options.where.bucket}${prefix}${elsewhere}`);
  } else {
    lines.push(verified(report));
  }
  return lines;
}

function verified({ left }: Report): string {
  if (left === undefined || !left.complete) { return 'NOT verified: the look afterwards did not reach the end of the bucket. Repeat with --verify.'; }
  const still = leftIn(left);
  if (still > 0) {
    return `NOT verified: a second look found ${objects(still)} that are not under the key, written meanwhile or since. See that the default encryption of the bucket is the key, then run again.`;
  }
  return `Verified: a second look at ${grouped(left.totals.objects)} objects found none left to re-encrypt.`;
}

/** The flags that a second command needs to mean the same bucket and key. */
function again({ options, endpoint }: Report): string {
  const { where, target } = options;
  return [
    `--bucket ${where.bucket}`, `--key ${target.keyArn}`,
    target.bucketKey ? '' : '--no-bucket-key',
    options.noncurrent ? '--noncurrent' : '',
    where.expectedBucketOwner === undefined ? '' : `--expected-bucket-owner ${where.expectedBucketOwner}`,
    endpoint === 'AWS' ? '' : `--endpoint-url ${endpoint}`,
  ].filter((each) => each !== '').join(' ');
}

function quoted(text: string): string { return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`; }
