import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { isRecord } from '../values';

const MAX_NAME_LENGTH = 64;

/** AWS::Scheduler::Schedule. Parameters of targets such as ECS or Kinesis stay unread and so are refused. */
export const schedulerSchedule: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const name = properties.string('Name') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const group = properties.string('GroupName');
  const window = properties.requiredObject('FlexibleTimeWindow');
  const request = {
    ScheduleExpression: properties.requiredString('ScheduleExpression'),
    ScheduleExpressionTimezone: properties.string('ScheduleExpressionTimezone'),
    Description: properties.string('Description'),
    State: properties.string('State'),
    GroupName: group,
    KmsKeyArn: properties.string('KmsKeyArn'),
    FlexibleTimeWindow: { Mode: window.requiredString('Mode'), MaximumWindowInMinutes: window.number('MaximumWindowInMinutes') },
    Target: readTarget(properties.requiredObject('Target')),
  };
  const path = `/schedules/${name}${group === undefined ? '' : `?groupName=${group}`}`;
  return {
    create: async () => {
      const { ScheduleArn: arn } = await json.rest('scheduler', 'POST', `/schedules/${name}`, request);
      return { physicalId: name, attributes: { Arn: arn } };
    },
    configure: async () => {
      const kept = await json.rest('scheduler', 'GET', path);
      for (const [key, value] of Object.entries(request)) assertKept(properties, key, withoutUndefined(value), kept[key]);
    },
    destroy: async () => {
      await json.rest('scheduler', 'DELETE', path);
    },
  };
};

function readTarget(target: PropertyReader): Record<string, unknown> {
  const deadLetter = target.object('DeadLetterConfig');
  const retry = target.object('RetryPolicy');
  return {
    Arn: target.requiredString('Arn'),
    RoleArn: target.requiredString('RoleArn'),
    Input: target.string('Input'),
    DeadLetterConfig: deadLetter && { Arn: deadLetter.string('Arn') },
    RetryPolicy: retry && { MaximumEventAgeInSeconds: retry.number('MaximumEventAgeInSeconds'), MaximumRetryAttempts: retry.number('MaximumRetryAttempts') },
  };
}

function withoutUndefined(value: unknown): unknown {
  return isRecord(value) ? JSON.parse(JSON.stringify(value)) : value;
}
