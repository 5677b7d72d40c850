import type { Asked, Question, SqlValue } from '../../questions';

const DAY = 24 * 60 * 60 * 1000;

/** The values of the question marks, in their order. */
export function sqlValuesOf(question: Question, asked: Asked): string[] {
  const known: Record<SqlValue, string | undefined> = {
    bucket: asked.bucket,
    key: asked.key,
    keyId: asked.key?.split('/')[1],
    principal: asked.principal,
    from: asked.from,
    to: asked.to,
    since: asked.since,
    fromDay: foldersOf(asked).first,
    toDay: foldersOf(asked).last,
  };
  return question.sqlValues.map((name) => known[name] ?? '');
}

/** The values of the placeholders of the saved query, which counts back from when it runs. */
export function insightsValues(question: Question, asked: Asked, now: Date): Record<string, string> {
  const days = (now.getTime() - Date.parse(asked.since)) / DAY;
  return {
    ...Object.fromEntries(question.subjects.map((subject) => [subject, asked[subject] ?? ''])),
    ...question.compares ? { recentDays: String(Math.max(0, days)) } : {},
  };
}

/** The folders in which the events are: what happened shortly before midnight is in that of the next day. */
export function foldersOf({ from, to }: Asked): { readonly first: string; readonly last: string } {
  return { first: folderOf(Date.parse(from)), last: folderOf(Date.parse(to) + DAY) };
}

/** As CloudTrail names them: 2026/11/25. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html */
function folderOf(milliseconds: number): string { return new Date(milliseconds).toISOString().slice(0, 10).replace(/-/g, '/'); }
