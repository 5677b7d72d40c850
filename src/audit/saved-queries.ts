import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { questionId } from './question-id';
import { PARAMETERS, type Question, QUESTIONS } from '../questions';

/** The folder in the console, and what `cdk-s3-encryption audit-log` looks for. */
const FOLDER = 'cdk-s3-encryption';

/** An audit of the last day, unless the console is told otherwise. */
const RECENT_DAYS = '1';

/**
 * The questions as saved queries of the log group: found in the console under the name of the trail.
 *
 * The placeholders are filled by CloudWatch Logs, which asks for them.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_QueryParameter.html
 */
export function saveQueries(scope: Construct, trailName: string, logGroup: ILogGroup): void {
  for (const question of QUESTIONS) {
    new CfnQueryDefinition(scope, `${questionId(question)}Insights`, {
      name: `${FOLDER}/${trailName}/${question.id}`,
      logGroupNames: [logGroup.logGroupName],
      queryString: question.insights,
      parameters: parametersOf(question),
    });
  }
}

function parametersOf({ subjects, compares }: Question): CfnQueryDefinition.QueryParameterProperty[] {
  return [
    ...subjects.map((name) => ({ name, description: PARAMETERS[name].description })),
    ...compares ? [{ name: 'recentDays', description: 'What is new in how many days; choose a longer time range to compare with', defaultValue: RECENT_DAYS }] : [],
  ];
}
