import {
  CreateStateMachineCommand, DeleteStateMachineCommand, DescribeStateMachineCommand, ListTagsForResourceCommand,
  type LoggingConfiguration, type LogLevel, type StateMachineType,
} from '@aws-sdk/client-sfn';
import { RefusedError } from '../errors';
import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';
import { isScalar } from '../values';

const MAX_NAME_LENGTH = 80;
/** What CloudFormation gives for a machine that was never updated. */
const FIRST_REVISION = 'INITIAL';

/** AWS::StepFunctions::StateMachine. `DefinitionS3Location` and `EncryptionConfiguration` stay unread and so are refused. */
export const stateMachine: ResourceHandler = (properties, context) => {
  const { sfn } = context.clients;
  if (sfn === undefined) {
    throw new RefusedError(`${context.logicalId} (${context.type}): this endpoint runs no state machines. Give the address of a local Step Functions (stepFunctions)`);
  }
  const definition = readDefinition(properties);
  const logging = readLogging(properties);
  const tracing = properties.object('TracingConfiguration');
  const request = {
    name: properties.string('StateMachineName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH }),
    type: properties.string('StateMachineType') as StateMachineType | undefined,
    roleArn: properties.requiredString('RoleArn'),
    definition,
    loggingConfiguration: logging,
    tracingConfiguration: tracing && { enabled: tracing.boolean('Enabled') },
    tags: readTags(properties, context).map(({ Key: key, Value: value }) => ({ key, value })),
  };
  return {
    create: async () => {
      const { stateMachineArn: arn } = await sfn.send(new CreateStateMachineCommand(request));
      if (arn === undefined) throw new Error('the endpoint returned no state machine');
      return { physicalId: arn, attributes: { Arn: arn, Name: request.name, StateMachineRevisionId: FIRST_REVISION } };
    },
    configure: async ({ physicalId: stateMachineArn }) => {
      const kept = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
      assertKept(properties, 'DefinitionString', request.definition, kept.definition);
      assertKept(properties, 'RoleArn', request.roleArn, kept.roleArn);
      assertKept(properties, 'LoggingConfiguration', request.loggingConfiguration, kept.loggingConfiguration);
      assertKept(properties, 'TracingConfiguration', request.tracingConfiguration, kept.tracingConfiguration);
      const { tags } = await sfn.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }));
      assertKept(properties, 'Tags', request.tags, tags);
    },
    destroy: async ({ physicalId: stateMachineArn }) => {
      await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    },
  };
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html */
function readDefinition(properties: PropertyReader): string {
  const text = properties.string('DefinitionString');
  const document = properties.document('Definition');
  if ((text === undefined) === (document === undefined)) throw properties.refuse('DefinitionString', 'either it or Definition must be there');
  const definition = text ?? JSON.stringify(document);
  const substitutions = properties.document('DefinitionSubstitutions') ?? {};
  return Object.entries(substitutions).reduce((result, [name, value]) => {
    if (!isScalar(value)) throw properties.refuse('DefinitionSubstitutions', `the value of ${name} is not a string`);
    return result.replaceAll(`\${${name}}`, String(value));
  }, definition);
}

function readLogging(properties: PropertyReader): LoggingConfiguration | undefined {
  const logging = properties.object('LoggingConfiguration');
  return logging && {
    level: logging.string('Level') as LogLevel | undefined,
    includeExecutionData: logging.boolean('IncludeExecutionData'),
    destinations: logging.objects('Destinations')?.map((destination) => {
      const group = destination.object('CloudWatchLogsLogGroup');
      return { cloudWatchLogsLogGroup: group && { logGroupArn: group.string('LogGroupArn') } };
    }),
  };
}
