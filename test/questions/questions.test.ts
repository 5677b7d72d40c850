import { type Filed, onAthena, onFiles, onInsights, type Query } from './engines';
import { type Asked, PARAMETERS, type Question, QUESTIONS, type Row } from '../../src/questions';
import { corpus, isNative, story, WATCHED } from '../events';
import { copyAway, decrypt, getObject, putObject } from '../events/reads';

const ROLE = 'arn:aws:iam::111122223333:role/';
const SESSION = 'arn:aws:sts::111122223333:assumed-role/';
const OTHER_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-0987654321ba';
const FOREIGN_KEY = 'arn:aws:kms:eu-west-1:444455556666:key/aaaabbbb-1111-2222-3333-ccccddddeeee';
const OF_NOVEMBER: Asked = {
  bucket: WATCHED.bucket,
  key: WATCHED.key,
  principal: `${ROLE}Attacker`,
  from: '2026-11-01T00:00:00Z',
  since: '2026-11-24T00:00:00Z',
  to: '2026-11-25T00:00:00Z',
};

interface Case {
  readonly title: string;
  readonly id: string;
  readonly asked?: Partial<Asked>;
  readonly records: readonly Filed[];
  readonly rows: readonly unknown[][];
}

const question = (id: string): Question => {
  const found = QUESTIONS.find((one) => one.id === id);
  if (found === undefined) { throw new Error(id); }
  return found;
};
const queryOf = ({ id, asked }: Pick<Case, 'id' | 'asked'>): Query => ({ question: question(id), asked: { ...OF_NOVEMBER, ...asked } });
const everything = [...corpus().flatMap(({ event }) => (isNative(event) ? [] : [event])), ...story()];
const values = (rows: readonly Row[]) => rows.map((row) => Object.values(row));
const app = (at: string, more: object = {}) => getObject({ at, ...more });
const at = '2026-11-24T08:00:00Z';

const READS: readonly Case[] = [
  {
    title: 'reads and decrypts are counted by who made them, and through what',
    id: 'who-decrypted',
    records: [
      app('2026-11-20T08:00:00Z'), app(at), app('2026-11-22T08:00:00Z', { error: 'AccessDenied' }),
      decrypt({ at, context: `arn:aws:s3:::${WATCHED.bucket}`, through: 's3.amazonaws.com' }),
      decrypt({ at, context: `arn:aws:s3:::${WATCHED.bucket}/orders/1`, role: 'Attacker', session: 'i-1', address: '198.51.100.9', error: 'AccessDeniedException' }),
    ],
    rows: [
      [`${SESSION}App/app`, 'GetObject', 'direct', 3, 1, '2026-11-20T08:00:00Z', at],
      [`${SESSION}App/app`, 'Decrypt', 's3.amazonaws.com', 1, 0, at, at],
      [`${SESSION}Attacker/i-1`, 'Decrypt', 'direct', 1, 1, at, at],
    ],
  },
  {
    title: 'a bucket with a longer name, a key that looks like the bucket and another bucket are not this bucket',
    id: 'who-decrypted',
    records: [
      app(at, { bucket: `${WATCHED.bucket}-archive` }), app(at, { bucket: 'other', object: `${WATCHED.bucket}/a` }), app(at, { bucket: 'financeXdata' }),
      decrypt({ at, context: `arn:aws:s3:::${WATCHED.bucket}-archive` }), decrypt({ at, context: `arn:aws:s3:::other/${WATCHED.bucket}/a` }),
      copyAway({ at, source: `${WATCHED.bucket}-archive/a` }), copyAway({ at, source: `other/${WATCHED.bucket}/a` }),
    ],
    rows: [],
  },
  {
    title: 'a read through an access point is one of the bucket behind it',
    id: 'who-decrypted',
    records: [app(at, { through: 'arn:aws:s3:eu-west-1:111122223333:accesspoint/reports' })],
    rows: [[`${SESSION}App/app`, 'GetObject', 'direct', 1, 0, at, at]],
  },
  {
    title: 'a copy away from the bucket reads it, with a slash at the start and without',
    id: 'who-decrypted',
    records: [copyAway({ at, source: `/${WATCHED.bucket}/a` }), copyAway({ at, source: `${WATCHED.bucket}/b?versionId=1` })],
    rows: [[`${SESSION}App/app`, 'CopyObject', 'direct', 2, 0, at, at]],
  },
  {
    title: 'a part of a copy and a query over an object read it too',
    id: 'who-decrypted',
    records: [{ ...copyAway({ at, source: `${WATCHED.bucket}/a` }), eventName: 'UploadPartCopy' }, { ...app(at), eventName: 'SelectObjectContent' }],
    rows: [[`${SESSION}App/app`, 'SelectObjectContent', 'direct', 1, 0, at, at], [`${SESSION}App/app`, 'UploadPartCopy', 'direct', 1, 0, at, at]],
  },
  {
    title: 'the first second counts and the one after the last does not',
    id: 'who-decrypted',
    asked: { from: '2026-11-20T08:00:00Z', to: '2026-11-21T08:00:00Z' },
    records: ['2026-11-20T07:59:59Z', '2026-11-20T08:00:00Z', '2026-11-21T07:59:59Z', '2026-11-21T08:00:00Z'].map((when) => app(when)),
    rows: [[`${SESSION}App/app`, 'GetObject', 'direct', 2, 0, '2026-11-20T08:00:00Z', '2026-11-21T07:59:59Z']],
  },
  {
    title: 'an event of shortly before midnight is found in the folder of the next day',
    id: 'who-decrypted',
    asked: { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' },
    records: [{ ...app('2026-11-20T23:59:58Z'), _day: '2026/11/21' }],
    rows: [[`${SESSION}App/app`, 'GetObject', 'direct', 1, 0, '2026-11-20T23:59:58Z', '2026-11-20T23:59:58Z']],
  },
  {
    title: 'a caller of another account has no ARN here, and is named by its account',
    id: 'who-decrypted',
    records: [{ ...app(at), userIdentity: { type: 'AWSAccount', principalId: 'AIDAEXAMPLE', accountId: '444455556666' } }],
    rows: [['444455556666', 'GetObject', 'direct', 1, 0, at, at]],
  },
  {
    title: 'an address is unusual if the role had not succeeded from it before, in whichever session',
    id: 'unusual-addresses',
    records: [
      app('2026-11-10T08:00:00Z'), app(at), app(at, { session: 'app-2' }),
      app(at, { address: '198.51.100.9' }), app('2026-11-24T09:00:00Z', { address: '198.51.100.9', session: 'app-3' }),
      app(at, { role: 'Operator', session: 'ops', address: '10.0.1.5' }),
    ],
    rows: [
      [`${ROLE}App`, '198.51.100.9', 2, 0, at, '2026-11-24T09:00:00Z'],
      [`${ROLE}Operator`, '10.0.1.5', 1, 0, at, at],
    ],
  },
  {
    title: 'having tried before does not make an address usual',
    id: 'unusual-addresses',
    records: [app('2026-11-10T08:00:00Z', { address: '198.51.100.9', error: 'AccessDenied' }), app(at, { address: '198.51.100.9' })],
    rows: [[`${ROLE}App`, '198.51.100.9', 2, 1, '2026-11-10T08:00:00Z', at]],
  },
  {
    title: 'an address from which there was nothing lately is no news',
    id: 'unusual-addresses',
    records: [app('2026-11-10T08:00:00Z', { address: '198.51.100.9', error: 'AccessDenied' })],
    rows: [],
  },
  {
    title: 'what a service does for somebody has no address',
    id: 'unusual-addresses',
    records: [decrypt({ at, context: `arn:aws:s3:::${WATCHED.bucket}`, through: 's3.amazonaws.com' }), app(at, { address: 'AWS Internal' })],
    rows: [],
  },
  {
    title: 'uploads under the expected key are left out, and those of the default where nobody says which key that was',
    id: 'other-key-uploads',
    records: [
      putObject({ at, object: 'a', sse: 'Default_SSE_KMS', key: WATCHED.key }), putObject({ at, object: 'b', sse: 'Default_SSE_KMS' }),
      putObject({ at, object: 'c', sse: 'SSE_KMS', request: { 'x-amz-server-side-encryption-aws-kms-key-id': WATCHED.key } }),
      putObject({ at, object: 'd', sse: 'SSE_KMS', request: { 'x-amz-server-side-encryption-aws-kms-key-id': WATCHED.key.split('/')[1] } }),
      putObject({ at, object: 'e', sse: 'SSE_S3', error: 'AccessDenied' }),
    ],
    rows: [],
  },
  {
    title: 'another key, SSE-S3 and SSE-C are reported, with the first object of each',
    id: 'other-key-uploads',
    records: [
      putObject({ at, object: 'b', sse: 'SSE_S3' }), putObject({ at: '2026-11-23T08:00:00Z', object: 'c', sse: 'SSE_S3' }),
      putObject({ at, object: 'd', sse: 'SSE_C' }),
      putObject({ at, object: 'e', sse: 'Default_SSE_KMS', key: FOREIGN_KEY }),
      putObject({ at, object: 'f', sse: 'SSE_KMS', key: OTHER_KEY, request: { 'x-amz-server-side-encryption-aws-kms-key-id': WATCHED.key } }),
      putObject({ at, object: 'g', sse: 'SSE_KMS' }),
    ],
    rows: [
      [`${SESSION}App/app`, 'PutObject', 'SSE_S3', '', 2, '2026-11-23T08:00:00Z', at, 'c'],
      [`${SESSION}App/app`, 'PutObject', 'Default_SSE_KMS', FOREIGN_KEY, 1, at, at, 'e'],
      [`${SESSION}App/app`, 'PutObject', 'SSE_C', '', 1, at, at, 'd'],
      [`${SESSION}App/app`, 'PutObject', 'SSE_KMS', '', 1, at, at, 'g'],
      [`${SESSION}App/app`, 'PutObject', 'SSE_KMS', OTHER_KEY, 1, at, at, 'f'],
    ],
  },
  {
    title: 'a role is asked about in all of its sessions',
    id: 'what-did-principal',
    asked: { principal: `${ROLE}App` },
    records: [app(at), app(at, { session: 'app-2' }), app(at, { role: 'Operator' }), decrypt({ at, context: 'arn:aws:s3:::x' })],
    rows: [['s3.amazonaws.com', 'GetObject', WATCHED.bucket, 2, 0, at, at], ['kms.amazonaws.com', 'Decrypt', WATCHED.key, 1, 0, at, at]],
  },
  {
    title: 'or about one session',
    id: 'what-did-principal',
    asked: { principal: `${SESSION}App/app-2` },
    records: [app(at), app(at, { session: 'app-2' })],
    rows: [['s3.amazonaws.com', 'GetObject', WATCHED.bucket, 1, 0, at, at]],
  },
];

describe('a question about a few calls', () => {
  let athena: Row[][];
  beforeAll(async () => {
    // One run of the engine for each: the records must not mix.
    athena = await Promise.all(READS.map(async (one) => (await onAthena([queryOf(one)], one.records))[0]));
  }, 180_000);

  test.each(READS.map((one, index) => ({ ...one, index })))('$id: $title', ({ index, records, rows, ...one }) => {
    const query = queryOf(one);
    expect(values(onFiles(query, records))).toEqual(rows);
    expect(values(athena[index])).toEqual(rows);
    expect(values(onInsights(query, records))).toEqual(rows);
  });
});

describe('a question about the whole corpus and the attack', () => {
  let athena: Row[][];
  beforeAll(async () => { athena = await onAthena(QUESTIONS.map(({ id }) => queryOf({ id })), everything); }, 60_000);

  test.each(QUESTIONS.map(({ id }, index) => ({ id, index })))('$id has one answer, from the logs, the table and the files', ({ id, index }) => {
    const query = queryOf({ id });
    const rows = onFiles(query, everything);
    expect(athena[index]).toEqual(rows);
    expect(onInsights(query, everything)).toEqual(rows);
    expect(values(rows)).toMatchSnapshot();
  });

  const cell = (id: string, wanted: readonly unknown[]) => values(athena[QUESTIONS.findIndex((one) => one.id === id)])
    .filter((row) => wanted.every((value) => row.includes(value as string)));

  test('the attack is in the answers', () => {
    const attacker = `${SESSION}Attacker/i-0abc123def4567890`;
    expect(cell('who-decrypted', [attacker, 'Decrypt', 's3.amazonaws.com'])).toEqual([expect.arrayContaining([15, 15])]);
    expect(cell('other-key-uploads', [attacker, 'UpdateObjectEncryption', FOREIGN_KEY])).toEqual([expect.arrayContaining([151])]);
    expect(cell('other-key-uploads', [attacker, 'SSE_C']).length).toBeGreaterThan(0);
    expect(cell('who-touched-key', [attacker, 'ScheduleKeyDeletion', 'done']).length).toBeGreaterThan(0);
    expect(cell('who-changed-bucket', [attacker, 'PutBucketEncryption', 'done']).length).toBeGreaterThan(0);
    expect(cell('what-did-principal', ['StopLogging']).length).toBe(1);
  });

  test('every record about the key or the bucket in a detection of tampering is in an answer', () => {
    const of = (id: string) => new Set(values(athena[QUESTIONS.findIndex((one) => one.id === id)]).map(([time, action]) => `${String(time)} ${String(action)}`));
    const [keys, buckets] = [of('who-touched-key'), of('who-changed-bucket')];
    const missing = corpus().filter(({ detection, matches, event }) => matches && !isNative(event)
      && (/^key-(?!used|unusable)/.test(detection) || /^bucket-/.test(detection))
      && !keys.has(`${event.eventTime as string} ${event.eventName as string}`) && !buckets.has(`${event.eventTime as string} ${event.eventName as string}`));
    expect(missing.map(({ detection, title }) => `${detection}: ${title}`)).toEqual([]);
  });
});

describe('the text of a question', () => {
  test.each(QUESTIONS.map((one) => [one.id, one] as const))('%s fits the services that save it', (id, { about, insights, sql, sqlValues, subjects, compares, columns }) => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(about.length).toBeLessThanOrEqual(512);
    expect(insights.length).toBeLessThanOrEqual(10_000);
    expect(Buffer.byteLength(sql)).toBeLessThan(262_144);
    expect(sqlValues.length).toBeLessThanOrEqual(25);
    expect(sql.match(/\?/g)).toHaveLength(sqlValues.length);
    expect(sql.split('{{table}}')).toHaveLength(2);
    const asked = new Set(insights.match(/\{\{\w+\}\}/g));
    expect(asked).toEqual(new Set([...subjects, ...compares ? ['recentDays'] : []].map((name) => `{{${name}}}`)));
    expect(columns.length).toBeGreaterThan(0);
  });

  test.each([
    ['bucket', 'finance"data'], ['bucket', 'Finance'], ['bucket', 'a'], ['bucket', '-data-'], ['key', 'alias/finance'], ['key', `${WATCHED.key}"`],
    ['key', 'arn:aws:kms:eu-west-1:111122223333:alias/finance'], ['principal', 'App'], ['principal', `${ROLE}App" or "1" = "1`], ['principal', `${ROLE}A'`],
    ['principal', `${ROLE}{{bucket}}`],
  ] as const)('%s may not be %s', (subject, value) => { expect(value).not.toMatch(PARAMETERS[subject].pattern); });

  test.each([['bucket', 'finance-data.example'], ['key', WATCHED.key], ['key', `${WATCHED.key.replace('key/', 'key/mrk-')}`], ['principal', `${ROLE}path/App`],
    ['principal', 'arn:aws-cn:sts::111122223333:assumed-role/App/ops@example.com'], ['principal', 'arn:aws:iam::111122223333:root']] as const)('%s may be %s', (subject, value) => {
    expect(value).toMatch(PARAMETERS[subject].pattern);
  });
});
