import { onFiles, runSql, type Statement } from './engines';
import { sqlValuesOf } from '../../src/cli/audit-log/values';
import { type Asked, QUESTIONS } from '../../src/questions';
import { type CloudTrailRecord, corpus, isNative, story, WATCHED } from '../events';
import { copyAway, decrypt, getObject, putObject } from '../events/reads';

const TABLE = '"audit"."cloudtrail"';
const ASKED: Asked = {
  bucket: WATCHED.bucket,
  key: WATCHED.key,
  principal: 'arn:aws:iam::111122223333:role/Attacker',
  from: '2026-11-01T00:00:00Z',
  since: '2026-11-24T00:00:00Z',
  to: '2026-11-25T00:00:00Z',
};
const at = '2026-11-24T08:00:00Z';
const before = '2026-11-10T08:00:00Z';
const CONTEXT = `arn:aws:s3:::${WATCHED.bucket}`;

/** An event of the corpus, as another call. */
function like(detection: string, eventName: string): CloudTrailRecord {
  const found = corpus().find((sample) => sample.detection === detection && sample.matches);
  return { ...found?.event as CloudTrailRecord, eventName, eventTime: at };
}
const renamed = (record: CloudTrailRecord, change: Partial<CloudTrailRecord>): CloudTrailRecord => ({ ...record, ...change }) as CloudTrailRecord;
let addresses = 0;
const newAddress = (): string => { addresses += 1; return `198.51.100.${addresses}`; };

/** What the corpus of the detections does not have: calls that no detection is about, and near misses of these. */
const MORE: CloudTrailRecord[] = [
  getObject({ at: before }), getObject({ at }), getObject({ at, address: 'AWS Internal' }), getObject({ at: '2026-10-10T08:00:00Z' }),
  getObject({ at: before, address: '192.0.2.7', error: 'AccessDenied' }), getObject({ at, address: '192.0.2.7' }),
  getObject({ at: before, address: '192.0.2.8', error: 'AccessDenied' }),
  decrypt({ at, context: CONTEXT, through: 's3.amazonaws.com' }), decrypt({ at, context: CONTEXT, address: newAddress() }),
  renamed(decrypt({ at, context: CONTEXT, address: newAddress() }), { eventName: 'Encrypt' }),
  renamed(decrypt({ at, context: CONTEXT, address: newAddress() }), { eventSource: 'payments.example.amazonaws.com' }),
  ...['SelectObjectContent', 'GetObject'].map((eventName) => renamed(getObject({ at, address: newAddress() }), { eventName })),
  renamed(getObject({ at, address: newAddress() }), { eventSource: 'payments.example.amazonaws.com' }),
  ...['CopyObject', 'UploadPartCopy'].map((eventName) => renamed(copyAway({ at, source: `${WATCHED.bucket}/a`, address: newAddress() }), { eventName })),
  renamed(copyAway({ at, source: `${WATCHED.bucket}/a`, address: newAddress() }), { eventSource: 'payments.example.amazonaws.com' }),
  ...['CreateAlias', 'DeleteKey', 'RevokeGrant', 'RotateKeyOnDemand', 'UpdatePrimaryRegion'].map((eventName) => like('key-policy-changed', eventName)),
  ...['DeleteBucket', 'PutBucketLogging'].map((eventName) => like('bucket-policy-changed', eventName)),
  ...['InitiateMultipartUpload', 'PostObject'].map((eventName) => renamed(putObject({ at, object: 'p', sse: 'SSE_S3' }), { eventName })),
  putObject({ at, object: 'e', sse: 'SSE_C', error: 'AccessDenied' }), putObject({ at, object: 'k', sse: 'Default_SSE_KMS' }),
];
const RECORDS = [...corpus().flatMap(({ event }) => (isNative(event) ? [] : [event])), ...story(), ...MORE];

interface Mutant { readonly id: string; readonly what: string; readonly sql: string }

/** The statement without one comparison, or without one of the calls that it names. */
function mutantsOf(id: string, sql: string): Mutant[] {
  const where = sql.indexOf('WHERE');
  const cut = (pattern: RegExp, instead: string) => [...sql.matchAll(pattern)].filter(({ index }) => index > where)
    .map((match): Mutant => ({ id, what: match[0], sql: `${sql.slice(0, match.index)}${instead}${sql.slice(match.index + match[0].length)}` }));
  return [...cut(/\w+ (?:=|<>|NOT LIKE) '[^']*'|errorcode IS NULL/g, '1 = 1'), ...cut(/'[A-Z][A-Za-z]+(?=')/g, '\'nothing')];
}

test('no comparison and no call can be taken out of a statement unseen', async () => {
  const mutants = QUESTIONS.flatMap(({ id, sql }) => mutantsOf(id, sql));
  const run = (id: string, sql: string): Statement => ({
    sql: sql.replace('{{table}}', TABLE), values: sqlValuesOf(QUESTIONS.find((one) => one.id === id) ?? QUESTIONS[0], ASKED),
  });
  const answers = await runSql([...QUESTIONS.map(({ id, sql }) => run(id, sql)), ...mutants.map(({ id, sql }) => run(id, sql))], RECORDS);
  const right = new Map(QUESTIONS.map(({ id }, index) => [id, JSON.stringify(answers[index])]));
  const unseen = mutants.filter(({ id }, index) => JSON.stringify(answers[QUESTIONS.length + index]) === right.get(id));
  expect(unseen.map(({ id, what }) => `${id}: ${what}`)).toEqual([]);
  expect(mutants.length).toBeGreaterThan(60);

  // And the files answer as the statements do.
  for (const question of QUESTIONS) {
    expect(JSON.stringify(onFiles({ question, asked: ASKED }, RECORDS).map((row) => Object.values(row)))).toBe(right.get(question.id));
  }
}, 60_000);
