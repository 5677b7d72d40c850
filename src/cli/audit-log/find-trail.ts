import { type CloudWatchLogsClient, DescribeQueryDefinitionsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { AuditLogOptions } from './arguments';
import { Refusal, UsageError } from '../usage';

/** Where EncryptionAuditTrail saves its questions, below the name of the trail. */
const FOLDER = 'cdk-s3-encryption/';

export interface FoundTrail { readonly name: string; readonly logGroup: string }

/**
 * The trail that was named, or the only one there is, by the question that it saved in CloudWatch Logs.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html
 */
export async function findTrail({ trail, question }: AuditLogOptions, client: CloudWatchLogsClient): Promise<FoundTrail> {
  const found: FoundTrail[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new DescribeQueryDefinitionsCommand({ queryDefinitionNamePrefix: `${FOLDER}${trail === undefined ? '' : `${trail}/`}`, nextToken }));
    for (const { name = '', logGroupNames: [logGroup] = [] } of page.queryDefinitions ?? []) {
      const [, of, id] = name.split('/');
      if (of !== undefined && id === question.id && logGroup !== undefined) { found.push({ name: of, logGroup }); }
    }
    ({ nextToken } = page);
  } while (nextToken !== undefined);

  const [first] = found;
  if (first === undefined) {
    const region = await client.config.region();
    throw new Refusal(`there is no EncryptionAuditTrail${trail === undefined ? '' : ` named "${trail}"`} in ${region}, or it does not know ${question.id} yet\n`
      + 'Deploy one, look at --region, name the --log-group of a trail that you have, or read its log files with --file.');
  }
  if (found.length > 1) {
    throw new UsageError(`there are ${found.length} trails, and one is asked: give --trail with one of ${found.map(({ name }) => name).sort().join(', ')}`);
  }
  return first;
}
