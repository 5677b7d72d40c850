import { asCloudTrail, momentOf, spanOf } from './times';
import { type Asked, PARAMETERS, type Question, QUESTIONS, type Subject } from '../../questions';
import { matching, oneOf, parse, url } from '../arguments';
import { UsageError } from '../usage';

export const AUDIT_LOG_FLAGS = {
  'query': { type: 'string' },
  'bucket': { type: 'string' },
  'key': { type: 'string' },
  'principal': { type: 'string' },
  'since': { type: 'string' },
  'until': { type: 'string' },
  'compare-with': { type: 'string' },
  'from': { type: 'string' },
  'trail': { type: 'string' },
  'log-group': { type: 'string' },
  'workgroup': { type: 'string' },
  'file': { type: 'string', multiple: true },
  'json': { type: 'boolean' },
  'csv': { type: 'boolean' },
  'endpoint-url': { type: 'string' },
  'region': { type: 'string' },
} as const;

export type Source = 'logs' | 'athena' | 'files';

export interface AuditLogOptions {
  readonly question: Question;
  readonly asked: Asked;
  readonly source: Source;
  readonly trail?: string;
  readonly logGroup?: string;
  readonly workGroup?: string;
  /** Files, folders, and addresses such as s3://bucket/prefix. */
  readonly files: readonly string[];
  readonly output: 'table' | 'json' | 'csv';
  readonly region?: string;
  readonly endpointUrl?: string;
}

const DEFAULT_SINCE = '1d';
const DEFAULT_BASELINE = '30d';
const IDS = QUESTIONS.map(({ id }) => id);

export function auditLogOptions(argv: readonly string[], now: Date): AuditLogOptions {
  const values = parse('audit-log', argv, AUDIT_LOG_FLAGS);
  const question = questionOf(values.query);
  if (values.json === true && values.csv === true) { throw new UsageError('--json and --csv are both given: choose one of them'); }
  const files = values.file ?? [];
  const source = sourceOf(oneOf('--from', values.from, ['logs', 'athena']), files, {
    '--trail': values.trail, '--log-group': values['log-group'], '--workgroup': values.workgroup,
  });
  const endpointUrl = url('--endpoint-url', values['endpoint-url']);
  if (endpointUrl !== undefined && !files.some(isAddress)) {
    throw new UsageError('--endpoint-url is where --file s3://… is read: for another Athena or CloudWatch Logs set AWS_ENDPOINT_URL_ATHENA or AWS_ENDPOINT_URL_CLOUDWATCH_LOGS');
  }
  return {
    question,
    asked: askedOf(question, values, now),
    source,
    trail: matching('--trail', values.trail, /^[A-Za-z0-9._-]{3,128}$/, 'the name of a trail, not an ARN'),
    logGroup: matching('--log-group', values['log-group'], /^[A-Za-z0-9._/#-]{1,512}$/, 'the name of a log group, such as /aws/cloudtrail/audit, not an ARN'),
    workGroup: matching('--workgroup', values.workgroup, /^[A-Za-z0-9._-]{1,128}$/, 'the name of a workgroup of Athena'),
    files,
    output: values.json === true ? 'json' : values.csv === true ? 'csv' : 'table',
    region: matching('--region', values.region, /^[a-z0-9-]+$/, 'the name of a region, such as eu-central-1'),
    endpointUrl,
  };
}

export function isAddress(file: string): boolean { return file.startsWith('s3://'); }

function questionOf(id: string | undefined): Question {
  const question = QUESTIONS.find((one) => one.id === id);
  if (question === undefined) {
    const list = QUESTIONS.map(({ id: name, title }) => `  ${name.padEnd(20)}${title}`).join('\n');
    throw new UsageError(`${id === undefined ? '--query is missing' : `--query is "${id}"`}, and must be one of\n${list}`);
  }
  return question;
}

function sourceOf(from: 'logs' | 'athena' | undefined, files: readonly string[], others: Readonly<Record<string, string | undefined>>): Source {
  const given = Object.keys(others).filter((flag) => others[flag] !== undefined);
  if (files.length > 0) {
    const beside = [...from === undefined ? [] : ['--from'], ...given];
    if (beside.length > 0) { throw new UsageError(`--file is given, and ${beside.join(' and ')} beside it: choose one of them`); }
    if (files.includes('')) { throw new UsageError('--file is empty: give a file, a folder, or an address such as s3://bucket/AWSLogs/'); }
    return 'files';
  }
  if (others['--log-group'] !== undefined && (from === 'athena' || others['--workgroup'] !== undefined)) {
    throw new UsageError('--log-group is of CloudWatch Logs, and Athena is asked: leave one of them out');
  }
  if (others['--workgroup'] !== undefined && from === 'logs') { throw new UsageError('--workgroup is of Athena, and --from is "logs": leave one of them out'); }
  return from ?? (others['--workgroup'] === undefined ? 'logs' : 'athena');
}

function askedOf(question: Question, values: Readonly<Partial<Record<string, unknown>>>, now: Date): Asked {
  const given = (flag: string): string | undefined => values[flag] as string | undefined;
  const subjects = Object.fromEntries(question.subjects.map((subject) => {
    const { pattern, allowed } = PARAMETERS[subject];
    const value = given(subject);
    if (value === undefined || value === '') { throw new UsageError(`--${subject} is missing: ${question.id} asks about it; give ${allowed}`); }
    return [subject, matching(`--${subject}`, value, pattern, allowed)];
  }));
  for (const subject of Object.keys(PARAMETERS) as Subject[]) {
    if (!question.subjects.includes(subject) && given(subject) !== undefined) {
      throw new UsageError(`--${subject} is given, and ${question.id} does not ask about it: leave it out, or choose another of ${IDS.join(', ')}`);
    }
  }
  if (!question.compares && given('compare-with') !== undefined) {
    throw new UsageError(`--compare-with is given, and ${question.id} compares with nothing: leave it out`);
  }
  const since = momentOf('--since', given('since') ?? DEFAULT_SINCE, now);
  const until = given('until') === undefined ? now : momentOf('--until', given('until') as string, now);
  if (since >= until) { throw new UsageError(`--since is ${asCloudTrail(since)}, and must be before --until, which is ${asCloudTrail(until)}`); }
  const from = question.compares ? new Date(since.getTime() - spanOf('--compare-with', given('compare-with') ?? DEFAULT_BASELINE)) : since;
  return { ...subjects, from: asCloudTrail(from), since: asCloudTrail(since), to: asCloudTrail(until) };
}
