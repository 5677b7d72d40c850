import { corpus, isNative, story } from '.';
import { CATALOGUE } from '../../src/monitoring/detection';

const SAMPLES = corpus();
/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
const ALWAYS = [
  'eventVersion', 'userIdentity', 'eventTime', 'eventSource', 'eventName', 'awsRegion', 'sourceIPAddress', 'userAgent', 'requestParameters',
  'responseElements', 'requestID', 'eventID', 'readOnly', 'eventType', 'managementEvent', 'recipientAccountId', 'eventCategory',
];

test('the corpus has at least 300 events, each with an id of its own', () => {
  expect(SAMPLES.length).toBeGreaterThanOrEqual(300);
  const ids = SAMPLES.map(({ event }) => event.eventID ?? (event as { id?: string }).id);
  expect(new Set(ids).size).toBe(SAMPLES.length);
});

test('every detection has events that match and near misses that say why they do not', () => {
  for (const { id } of CATALOGUE) {
    const own = SAMPLES.filter(({ detection }) => detection === id);
    expect([id, own.filter(({ matches }) => matches).length > 0, own.filter(({ matches }) => !matches).length > 1]).toEqual([id, true, true]);
    expect(own.filter(({ matches, why }) => !matches && why === undefined)).toEqual([]);
  }
  expect(SAMPLES.filter(({ detection }) => !CATALOGUE.some(({ id }) => id === detection))).toEqual([]);
});

test('every record is complete, and has an error or none', () => {
  for (const { event, title } of SAMPLES) {
    if (isNative(event)) { continue; }
    expect([title, ALWAYS.filter((field) => !(field in event))]).toEqual([title, []]);
    expect('errorCode' in event).toBe('errorMessage' in event);
    expect(event.eventTime).toMatch(/^2026-11-2[0-4]T\d\d:\d\d:\d\dZ$/);
    expect(event.managementEvent).toBe(event.eventCategory === 'Management');
  }
});

test('the story is one of a single attacker, in the order of time', () => {
  const records = story();
  expect(records.map(({ eventTime }) => eventTime)).toEqual(records.map(({ eventTime }) => eventTime).sort());
  expect(new Set(records.map(({ userIdentity }) => (userIdentity as { arn: string }).arn)).size).toBe(1);
});
