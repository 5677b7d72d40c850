import { type CloudWatchLogsClient, DescribeLogGroupsCommand, type LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import { asCloudTrail } from './times';
import type { Asked } from '../../questions';

const DAY = 24 * 60 * 60 * 1000;

/** What a log group cannot answer, in people's words. */
export interface Reach {
  /** Something older was there, and is kept in the log files alone. */
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Whether the log group goes back as far as the question: asked about more than it keeps, CloudWatch Logs answers with what it
 * has and does not say so.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
 */
export async function reachOf(client: CloudWatchLogsClient, logGroupName: string, { from }: Asked, now: Date): Promise<Reach> {
  const group = await describe(client, logGroupName);
  if (group === undefined) {
    return { missing: [], notes: [`How far back ${logGroupName} goes is not known, since logs:DescribeLogGroups is not allowed or it is not there.`] };
  }
  const { creationTime = 0, retentionInDays } = group;
  const kept = retentionInDays === undefined ? undefined : new Date(now.getTime() - retentionInDays * DAY);
  const since = Date.parse(from);
  return {
    missing: kept !== undefined && kept.getTime() > Math.max(since, creationTime)
      ? [`${logGroupName} keeps ${retentionInDays} days, and what happened from ${from} to ${asCloudTrail(kept)} is in the log files alone: ask --from athena, or give a later --since.`] : [],
    notes: creationTime > since ? [`${logGroupName} begins at ${asCloudTrail(new Date(creationTime))}: what happened before is not in it.`] : [],
  };
}

async function describe(client: CloudWatchLogsClient, logGroupName: string): Promise<LogGroup | undefined> {
  try {
    const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
    return logGroups.find(({ logGroupName: name }) => name === logGroupName);
  } catch (error) {
    if ((error as Error).name === 'AccessDeniedException') { return undefined; }
    throw error;
  }
}
