import { Aws, CfnCondition, Fn, type IResolvable, Stack, Token } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { questionId } from './question-id';
import { PARAMETERS, type Question, QUESTIONS } from '../questions';

/** The folder in the console, and what `cdk-s3-encryption audit-log` looks for. */
const FOLDER = 'cdk-s3-encryption';

/** An audit of the last day, unless the console is told otherwise. */
const RECENT_DAYS = '1';

/**
 * Where CloudFormation did not know `Parameters` of a saved query in November 2026, and would refuse
 * the template. There the console does not ask, and who runs the query puts the value in by hand.
 */
const WITHOUT_PARAMETERS = { partitions: ['aws-cn', 'aws-us-gov'], regions: ['me-central-1', 'me-south-1'] };

/**
 * The questions as saved queries of the log group: found in the console under the name of the trail.
 *
 * The placeholders are filled by CloudWatch Logs, which asks for them.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_QueryParameter.html
 */
export function saveQueries(scope: Construct, trailName: string, logGroup: ILogGroup): void {
  const where = whereKnown(scope);
  for (const question of QUESTIONS) {
    new CfnQueryDefinition(scope, `${questionId(question)}Insights`, {
      name: `${FOLDER}/${trailName}/${question.id}`,
      logGroupNames: [logGroup.logGroupName],
      queryString: question.insights,
      parameters: where(parametersOf(question)),
    });
  }
}

type Parameters = CfnQueryDefinition.QueryParameterProperty[];

/** The parameters where CloudFormation takes them; decided when it is deployed, if the region is not known before. */
function whereKnown(scope: Construct): (parameters: Parameters) => Parameters | IResolvable | undefined {
  const { region } = Stack.of(scope);
  const { partitions, regions } = WITHOUT_PARAMETERS;
  if (!Token.isUnresolved(region)) {
    const without = regions.includes(region) || partitions.includes(RegionInfo.get(region).partition ?? '');
    return (parameters) => (without ? undefined : parameters);
  }
  const condition = new CfnCondition(scope, 'QueryParametersKnown', {
    expression: Fn.conditionNot(Fn.conditionOr(
      ...partitions.map((partition) => Fn.conditionEquals(Aws.PARTITION, partition)), ...regions.map((name) => Fn.conditionEquals(Aws.REGION, name)),
    )),
  });
  return (parameters) => Fn.conditionIf(condition.logicalId, parameters.map(({ name, description, defaultValue }) => (
    { Name: name, Description: description, DefaultValue: defaultValue })), Aws.NO_VALUE);
}

function parametersOf({ subjects, compares }: Question): Parameters {
  return [
    ...subjects.map((name) => ({ name, description: PARAMETERS[name].description })),
    ...compares ? [{ name: 'recentDays', description: 'What is new in how many days; choose a longer time range to compare with', defaultValue: RECENT_DAYS }] : [],
  ];
}
