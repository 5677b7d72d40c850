import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { CLIENT, SYSTEM_CLOCK } from '../runtime/aws';
import { advance, type ReportSettings, type ReportState } from '../runtime/object-report';
import { Operations } from '../runtime/operations';

const s3 = new S3Client(CLIENT);
const athena = new AthenaClient(CLIENT);
const cloudwatch = new CloudWatchClient(CLIENT);

interface Request {
  readonly settings: ReportSettings;
  readonly resultsBucket: string;
  readonly run: string;
  readonly state: ReportState | null;
}

/** One step of a report: what is ready, what was counted, what a backfill gets. */
export async function handler({ settings, resultsBucket, run, state }: Request, context: Pick<Context, 'invokedFunctionArn'>): Promise<ReportState> {
  const [, partition] = context.invokedFunctionArn.split(':');
  const results = new Operations(s3, resultsBucket, partition, settings.account);
  return advance(settings, run, state, { athena, cloudwatch, s3, results, now: SYSTEM_CLOCK.now() });
}
