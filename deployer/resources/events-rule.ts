import {
  DeleteRuleCommand, DescribeRuleCommand, ListTargetsByRuleCommand, PutRuleCommand, PutTargetsCommand, RemoveTargetsCommand,
  type RuleState, type Target,
} from '@aws-sdk/client-eventbridge';
import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';

const MAX_NAME_LENGTH = 64;

/** AWS::Events::Rule. Parameters of targets such as ECS or Kinesis stay unread and so are refused. */
export const eventsRule: ResourceHandler = (properties, context) => {
  const { events } = context.clients;
  const Name = properties.string('Name') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const EventBusName = properties.string('EventBusName');
  const pattern = properties.document('EventPattern');
  const request = {
    Name,
    EventBusName,
    Description: properties.string('Description'),
    EventPattern: pattern && JSON.stringify(pattern),
    ScheduleExpression: properties.string('ScheduleExpression'),
    State: properties.string('State') as RuleState | undefined,
    RoleArn: properties.string('RoleArn'),
    Tags: readTags(properties, context),
  };
  const targets = (properties.objects('Targets') ?? []).map(readTarget);
  return {
    create: async () => {
      const { RuleArn: arn } = await events.send(new PutRuleCommand(request));
      const ofDefaultBus = EventBusName === undefined || EventBusName === 'default';
      return { physicalId: ofDefaultBus ? Name : `${EventBusName}|${Name}`, attributes: { Arn: arn } };
    },
    configure: async () => {
      const kept = await events.send(new DescribeRuleCommand({ Name, EventBusName }));
      const { Tags: _, EventPattern: __, EventBusName: ___, ...plain } = request;
      for (const [key, value] of Object.entries(plain)) assertKept(properties, key, value, kept[key as keyof typeof kept]);
      assertKept(properties, 'EventPattern', pattern, kept.EventPattern && JSON.parse(kept.EventPattern));
      if (targets.length === 0) return;
      const { FailedEntries: failed = [] } = await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: targets }));
      if (failed.length > 0) throw new Error(`the endpoint refused targets: ${JSON.stringify(failed)}`);
      const { Targets: keptTargets } = await events.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName }));
      assertKept(properties, 'Targets', targets, keptTargets);
    },
    // A rule is deleted only without targets: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
    destroy: async () => {
      if (targets.length > 0) await events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: targets.map(({ Id }) => Id!) }));
      await events.send(new DeleteRuleCommand({ Name, EventBusName }));
    },
  };
};

function readTarget(target: PropertyReader): Target {
  const transformer = target.object('InputTransformer');
  const deadLetter = target.object('DeadLetterConfig');
  const retry = target.object('RetryPolicy');
  return {
    Id: target.requiredString('Id'),
    Arn: target.requiredString('Arn'),
    RoleArn: target.string('RoleArn'),
    Input: target.string('Input'),
    InputPath: target.string('InputPath'),
    InputTransformer: transformer && {
      InputTemplate: transformer.requiredString('InputTemplate'),
      InputPathsMap: transformer.document('InputPathsMap') as Record<string, string> | undefined,
    },
    DeadLetterConfig: deadLetter && { Arn: deadLetter.string('Arn') },
    RetryPolicy: retry && {
      MaximumEventAgeInSeconds: retry.number('MaximumEventAgeInSeconds'),
      MaximumRetryAttempts: retry.number('MaximumRetryAttempts'),
    },
  };
}
