import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A record of CloudTrail, as far as tests look into it. */
export interface CloudTrailRecord {
  readonly eventSource: string;
  readonly eventName: string;
  readonly eventTime: string;
  readonly eventID: string;
  readonly eventType: string;
  readonly awsRegion: string;
  readonly readOnly: boolean;
  readonly recipientAccountId: string;
  readonly [field: string]: unknown;
}

/** What a service sends to EventBridge by itself. */
export interface NativeEvent { readonly 'source': string; readonly 'detail-type': string; readonly [field: string]: unknown }

export interface Sample {
  readonly detection: string;
  readonly title: string;
  readonly matches: boolean;
  /** Of a near miss: the one thing that is different. */
  readonly why?: string;
  readonly event: CloudTrailRecord | NativeEvent;
}

/** What the corpus is about: the bucket and the key that are watched. */
export const WATCHED = {
  account: '111122223333',
  region: 'eu-west-1',
  bucket: 'finance-data',
  key: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
};

/** Every sample of every detection, in a fixed order. */
export function corpus(): Sample[] {
  return readdirSync(__dirname).filter((name) => name.endsWith('.json') && name !== 'story.json').sort().flatMap((name) => {
    const { detection, events } = JSON.parse(readFileSync(join(__dirname, name), 'utf8')) as { detection: string; events: Omit<Sample, 'detection'>[] };
    return events.map((event) => ({ detection, ...event }));
  });
}

/** An attack, in the order in which it happened. Repeated calls are written once. */
export function story(): CloudTrailRecord[] {
  const { events } = JSON.parse(readFileSync(join(__dirname, 'story.json'), 'utf8')) as { events: { repeat?: number; event: CloudTrailRecord }[] };
  return events.flatMap(({ repeat = 1, event }) => Array.from({ length: repeat }, (_, index) => (index === 0 ? event : { ...event, eventID: `${event.eventID}-${index}` })));
}

export function isNative(event: Sample['event']): event is NativeEvent {
  return 'detail-type' in event;
}

/** The event that EventBridge makes of a record. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
export function asEvent(event: Sample['event']): object {
  if (isNative(event)) { return event; }
  return {
    'version': '0',
    'id': event.eventID,
    'detail-type': event.eventType === 'AwsServiceEvent' ? 'AWS Service Event via CloudTrail' : 'AWS API Call via CloudTrail',
    'source': `aws.${event.eventSource.split('.')[0]}`,
    'account': event.recipientAccountId,
    'time': event.eventTime,
    'region': event.awsRegion,
    'resources': [],
    'detail': event,
  };
}
