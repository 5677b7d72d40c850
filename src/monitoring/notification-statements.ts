import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** The services that publish notifications. */
const CLOUDWATCH = 'cloudwatch.amazonaws.com';
const EVENTBRIDGE = 'events.amazonaws.com';

/** Alarms of this account and region. */
function fromAlarms(scope: IConstruct): Record<string, unknown> {
  const stack = Stack.of(scope);
  return {
    StringEquals: { 'aws:SourceAccount': stack.account },
    ArnLike: { 'aws:SourceArn': Arn.format({ service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME }, stack) },
  };
}

/**
 * What lets both services publish to a topic.
 *
 * EventBridge supports no conditions in the policy of a topic:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
export function publishStatements(scope: IConstruct, topicArn: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'AlarmsPublish',
      principals: [new iam.ServicePrincipal(CLOUDWATCH)],
      actions: ['sns:Publish'],
      resources: [topicArn],
      conditions: fromAlarms(scope),
    }),
    new iam.PolicyStatement({
      sid: 'EventsPublish',
      principals: [new iam.ServicePrincipal(EVENTBRIDGE)],
      actions: ['sns:Publish'],
      resources: [topicArn],
    }),
  ];
}

/**
 * What the key of an encrypted topic needs, so that what both services publish is not dropped
 * without a word: the key of SNS itself, alias/aws/sns, lets neither in.
 *
 * For EventBridge SNS supports no source conditions:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
export function keyStatements(scope: IConstruct): iam.PolicyStatement[] {
  const use = { actions: ['kms:GenerateDataKey*', 'kms:Decrypt'], resources: ['*'] };
  return [
    new iam.PolicyStatement({ sid: 'AlarmsEncrypt', principals: [new iam.ServicePrincipal(CLOUDWATCH)], ...use, conditions: fromAlarms(scope) }),
    new iam.PolicyStatement({ sid: 'EventsEncrypt', principals: [new iam.ServicePrincipal(EVENTBRIDGE)], ...use }),
  ];
}
