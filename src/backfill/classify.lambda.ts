import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { CLIENT, SYSTEM_CLOCK } from '../runtime/aws';
import { bucketSize } from '../runtime/bucket-size';
import { listNoncurrent, type ListRequest } from '../runtime/list-noncurrent';
import { Operations } from '../runtime/operations';
import { priced, type PriceRequest } from '../runtime/price';
import { type ReadRequest, readReports } from '../runtime/read-reports';
import { summarised, type SummaryRequest } from '../runtime/summarise';
import { takeList, type TakeRequest } from '../runtime/take-list';

const s3 = new S3Client(CLIENT);
const cloudwatch = new CloudWatchClient({ ...CLIENT, maxAttempts: 2 });

/** So long before its time is over the function hands over to its next call. */
const RESERVE_MILLISECONDS = 120_000;

type Request = { readonly operationsBucket: string } & (
  | { readonly action: 'price' } & PriceRequest
  | { readonly action: 'list' } & ListRequest
  | { readonly action: 'classify' } & ReadRequest
  | { readonly action: 'summarise' } & SummaryRequest
  | { readonly action: 'take' } & TakeRequest
);

/** What the state machine cannot do by itself: adding up, reading reports, writing lists. */
export async function handler(request: Request, context: Context): Promise<object> {
  const [, partition, , , account] = context.invokedFunctionArn.split(':');
  const operations = new Operations(s3, request.operationsBucket, partition, account);
  const enough = (): boolean => context.getRemainingTimeInMillis() < RESERVE_MILLISECONDS;
  switch (request.action) {
    case 'price': {
      const plan = priced(request, await bucketSize(cloudwatch, request.bucket, SYSTEM_CLOCK.now()));
      await operations.putJson(`plans/${request.planId}.json`, plan);
      return plan;
    }
    case 'take': return takeList(request, operations, enough);
    case 'list': return listNoncurrent(request, s3, operations, enough);
    case 'classify': return readReports(request, operations, enough);
    case 'summarise': {
      const summary = summarised(request);
      await operations.putJson(`summaries/${request.runId}.json`, summary);
      return summary;
    }
    default: throw new Error(`"action" must be price, list, take, classify or summarise, got ${JSON.stringify((request as { action?: unknown }).action)}`);
  }
}
