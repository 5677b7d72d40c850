import type { EventRecord } from './record';

/** What a question is asked about, and what it may look like. It goes into query texts, so it is held to these characters. */
export const PARAMETERS = {
  bucket: {
    description: 'Name of the bucket',
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    allowed: 'the name of a bucket: 3 to 63 lower-case letters, digits, periods and hyphens',
  },
  key: {
    description: 'ARN of the KMS key',
    pattern: /^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,64}$/,
    allowed: 'the ARN of a key such as arn:aws:kms:eu-central-1:111122223333:key/KEY-ID, and no alias: CloudTrail writes down the key',
  },
  principal: {
    description: 'ARN of a role, a session of it, or a user',
    pattern: /^arn:[a-z0-9-]+:(iam|sts)::\d{12}:[A-Za-z0-9+=,.@_/:-]{1,500}$/,
    allowed: 'the ARN of a role, of a session or of a user, such as arn:aws:iam::111122223333:role/App',
  },
} as const;

export type Subject = keyof typeof PARAMETERS;

/** What is asked: about what, and of which time. Times are as CloudTrail writes them, 2026-11-25T08:00:00Z. */
export interface Asked extends Readonly<Partial<Record<Subject, string>>> {
  /** The first second that counts. */
  readonly from: string;
  /** The first second that no longer does. */
  readonly to: string;
  /** What happened before is only what things are compared with. At least `from`. */
  readonly since: string;
}

export interface Column {
  readonly name: string;
  readonly kind: 'text' | 'count' | 'time';
}

export type Row = Readonly<Record<string, string | number>>;

/** Sees each record once and keeps no more than its rows. */
export interface Answer {
  add(record: EventRecord): void;
  rows(): Row[];
}

/** The value of a question mark: a subject, a time, a day as the folders of CloudTrail have it, or the ID in the key's ARN. */
export type SqlValue = Subject | 'from' | 'to' | 'since' | 'fromDay' | 'toDay' | 'keyId';

/**
 * One question in the three ways in which it is asked, which give the same rows.
 *
 * The placeholders are those of the services: `{{name}}` in a saved query of CloudWatch Logs,
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_QueryParameter.html
 * and `?` in a prepared statement of Athena,
 * https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
export interface Question {
  readonly id: string;
  readonly title: string;
  /** What the rows mean and what they leave out. At most 512 characters. */
  readonly about: string;
  readonly subjects: readonly Subject[];
  /** Whether the time before `since` is needed to answer. */
  readonly compares: boolean;
  readonly columns: readonly Column[];
  readonly insights: string;
  /** With `{{table}}` where the table belongs. */
  readonly sql: string;
  readonly sqlValues: readonly SqlValue[];
  answer(asked: Asked): Answer;
}

/** No engine gives more rows: it is the most of CloudWatch Logs Insights. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
export const MOST_ROWS = 10_000;

export const text = (name: string): Column => ({ name, kind: 'text' });
export const count = (name: string): Column => ({ name, kind: 'count' });
export const time = (name: string): Column => ({ name, kind: 'time' });
