/** A record of CloudTrail as its log files have it. Nothing of it is certain. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export interface EventRecord { readonly [field: string]: unknown }

/** What is at the path, if it is text. */
export function textAt(record: EventRecord, ...path: (string | number)[]): string | undefined {
  let here: unknown = record;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) { return undefined; }
    here = (here as Record<string | number, unknown>)[step];
  }
  return typeof here === 'string' ? here : undefined;
}

/** The session that called, or the service, or at least whose account it was. */
export function sessionOf(record: EventRecord): string {
  return textAt(record, 'userIdentity', 'arn') ?? textAt(record, 'userIdentity', 'invokedBy') ?? textAt(record, 'userIdentity', 'accountId') ?? '';
}

/** The role behind a session, since sessions come and go. */
export function roleOf(record: EventRecord): string {
  return textAt(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? sessionOf(record);
}

export function viaOf(record: EventRecord): string { return textAt(record, 'userIdentity', 'invokedBy') ?? 'direct'; }

export function isDenied(record: EventRecord): boolean { return textAt(record, 'errorCode')?.includes('AccessDenied') ?? false; }

/** The bucket in `arn:aws:s3:::bucket/key`; nothing in any other ARN. */
export function bucketIn(arn: string | undefined): string | undefined { return arn?.split(':::')[1]?.split('/')[0]; }

export function isOf(record: EventRecord, service: 'kms' | 's3', actions: readonly string[]): boolean {
  return record.eventSource === `${service}.amazonaws.com` && actions.includes(textAt(record, 'eventName') ?? '');
}

export function isWithin(record: EventRecord, from: string, to: string): boolean {
  const at = textAt(record, 'eventTime') ?? '';
  return at >= from && at < to;
}

/** The buckets that a call on an object names: an access point has another name in the request, and its bucket is among the resources. */
export function bucketsOf(record: EventRecord): (string | undefined)[] {
  return [0, 1, 2].map((index) => bucketIn(textAt(record, 'resources', index, 'ARN')));
}
