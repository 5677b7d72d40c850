import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceContext, ResourceHandler } from '../resource';
import { isRecord } from '../values';

type Call = (operation: string, body: object) => Promise<Record<string, unknown>>;

function callOf(context: ResourceContext): Call {
  return async (operation, body) => context.clients.json.call('config', `StarlingDoveService.${operation}`, body);
}

/** The one that the endpoint has under a name, or an error. */
async function only(call: Call, operation: string, body: object, list: string): Promise<Record<string, unknown>> {
  const { [list]: found } = await call(operation, body);
  const [one]: unknown[] = Array.isArray(found) ? found : [];
  if (!isRecord(one)) throw new Error(`the endpoint does not know what it made: ${operation} ${JSON.stringify(body)}`);
  return one;
}

/** AWS::Config::ConfigRule. */
export const configRule: ResourceHandler = (properties, context) => {
  const call = callOf(context);
  const ConfigRuleName = properties.string('ConfigRuleName') ?? context.physicalName({ maxLength: 64 });
  const input = properties.document('InputParameters');
  const rule = {
    ConfigRuleName,
    Description: properties.string('Description'),
    InputParameters: input === undefined ? undefined : JSON.stringify(input),
    MaximumExecutionFrequency: properties.string('MaximumExecutionFrequency'),
    Scope: readScope(properties.object('Scope')),
    Source: readSource(properties.requiredObject('Source')),
  };
  return {
    create: async () => {
      await call('PutConfigRule', { ConfigRule: rule });
      return { physicalId: ConfigRuleName, attributes: {} };
    },
    configure: async ({ attributes }) => {
      const kept = await only(call, 'DescribeConfigRules', { ConfigRuleNames: [ConfigRuleName] }, 'ConfigRules');
      for (const [key, value] of Object.entries(rule)) assertKept(properties, key, value, kept[key]);
      attributes.Arn = kept.ConfigRuleArn;
      attributes.ConfigRuleId = kept.ConfigRuleId;
    },
    destroy: async () => { await call('DeleteConfigRule', { ConfigRuleName }); },
  };
};

function readScope(scope: PropertyReader | undefined): object | undefined {
  return scope === undefined ? undefined : {
    ComplianceResourceId: scope.string('ComplianceResourceId'),
    ComplianceResourceTypes: scope.strings('ComplianceResourceTypes'),
    TagKey: scope.string('TagKey'),
    TagValue: scope.string('TagValue'),
  };
}

function readSource(source: PropertyReader): object {
  const details = source.object('CustomPolicyDetails');
  return {
    Owner: source.requiredString('Owner'),
    SourceIdentifier: source.string('SourceIdentifier'),
    SourceDetails: source.objects('SourceDetails')?.map((detail) => ({
      EventSource: detail.requiredString('EventSource'),
      MessageType: detail.requiredString('MessageType'),
      MaximumExecutionFrequency: detail.string('MaximumExecutionFrequency'),
    })),
    CustomPolicyDetails: details === undefined ? undefined : {
      PolicyRuntime: details.requiredString('PolicyRuntime'), PolicyText: details.requiredString('PolicyText'), EnableDebugLogDelivery: details.boolean('EnableDebugLogDelivery'),
    },
  };
}

/** AWS::Config::RemediationConfiguration. */
export const configRemediation: ResourceHandler = (properties, context) => {
  const call = callOf(context);
  const ConfigRuleName = properties.requiredString('ConfigRuleName');
  const controls = properties.object('ExecutionControls')?.requiredObject('SsmControls');
  const configuration = {
    ConfigRuleName,
    TargetType: properties.requiredString('TargetType'),
    TargetId: properties.requiredString('TargetId'),
    Parameters: properties.document('Parameters'),
    ResourceType: properties.string('ResourceType'),
    Automatic: properties.boolean('Automatic'),
    MaximumAutomaticAttempts: properties.number('MaximumAutomaticAttempts'),
    RetryAttemptSeconds: properties.number('RetryAttemptSeconds'),
    ExecutionControls: controls === undefined ? undefined : {
      SsmControls: {
        ConcurrentExecutionRatePercentage: controls.number('ConcurrentExecutionRatePercentage'), ErrorPercentage: controls.number('ErrorPercentage'),
      },
    },
  };
  return {
    create: async () => {
      await call('PutRemediationConfigurations', { RemediationConfigurations: [configuration] });
      return { physicalId: ConfigRuleName, attributes: {} };
    },
    configure: async () => {
      const kept = await only(call, 'DescribeRemediationConfigurations', { ConfigRuleNames: [ConfigRuleName] }, 'RemediationConfigurations');
      for (const [key, value] of Object.entries(configuration)) assertKept(properties, key, value, kept[key]);
    },
    destroy: async () => { await call('DeleteRemediationConfiguration', { ConfigRuleName }); },
  };
};

/** AWS::Config::ConfigurationRecorder, of chosen types. CloudFormation starts it once there is a delivery channel. */
export const configRecorder: ResourceHandler = (properties, context) => {
  const call = callOf(context);
  const name = properties.string('Name') ?? context.physicalName({ maxLength: 256 });
  const group = properties.requiredObject('RecordingGroup');
  const recorder = {
    name,
    roleARN: properties.requiredString('RoleARN'),
    recordingGroup: {
      allSupported: group.boolean('AllSupported'), includeGlobalResourceTypes: group.boolean('IncludeGlobalResourceTypes') ?? false, resourceTypes: group.strings('ResourceTypes'),
    },
  };
  return {
    create: async () => {
      await call('PutConfigurationRecorder', { ConfigurationRecorder: recorder });
      return { physicalId: name, attributes: {} };
    },
    complete: async () => {
      await call('StartConfigurationRecorder', { ConfigurationRecorderName: name });
      const kept = await only(call, 'DescribeConfigurationRecorders', { ConfigurationRecorderNames: [name] }, 'ConfigurationRecorders');
      assertKept(properties, 'RoleARN', recorder.roleARN, kept.roleARN);
      assertKept(properties, 'RecordingGroup', recorder.recordingGroup, kept.recordingGroup);
      const { recording } = await only(call, 'DescribeConfigurationRecorderStatus', { ConfigurationRecorderNames: [name] }, 'ConfigurationRecordersStatus');
      if (recording !== true) throw new Error(`the recorder ${name} does not record`);
    },
    destroy: async () => {
      await call('StopConfigurationRecorder', { ConfigurationRecorderName: name });
      await call('DeleteConfigurationRecorder', { ConfigurationRecorderName: name });
    },
  };
};

/** AWS::Config::DeliveryChannel. */
export const configDeliveryChannel: ResourceHandler = (properties, context) => {
  const call = callOf(context);
  const name = properties.string('Name') ?? context.physicalName({ maxLength: 256 });
  const channel = { name, s3BucketName: properties.requiredString('S3BucketName'), s3KmsKeyArn: properties.string('S3KmsKeyArn') };
  return {
    create: async () => {
      await call('PutDeliveryChannel', { DeliveryChannel: channel });
      return { physicalId: name, attributes: {} };
    },
    configure: async () => {
      const kept = await only(call, 'DescribeDeliveryChannels', { DeliveryChannelNames: [name] }, 'DeliveryChannels');
      assertKept(properties, 'S3BucketName', channel.s3BucketName, kept.s3BucketName);
      assertKept(properties, 'S3KmsKeyArn', channel.s3KmsKeyArn, kept.s3KmsKeyArn);
    },
    destroy: async () => {
      // Nothing in a template orders a channel and its recorder, and AWS keeps the last channel while a recorder runs: one of the two is
      // deleted first, so what is about to be deleted as well is stopped here.
      const { ConfigurationRecorders: recorders } = await call('DescribeConfigurationRecorders', {});
      for (const recorder of Array.isArray(recorders) ? recorders as unknown[] : []) {
        if (isRecord(recorder)) await call('StopConfigurationRecorder', { ConfigurationRecorderName: recorder.name });
      }
      await call('DeleteDeliveryChannel', { DeliveryChannelName: name });
    },
  };
};
