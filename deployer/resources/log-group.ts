import { assertKept } from '../kept';
import type { ResourceHandler } from '../resource';
import { readTags, tagMap } from '../tags';
import { isRecord } from '../values';

const MAX_NAME_LENGTH = 512;
const TARGET = 'Logs_20140328.';

/** AWS::Logs::LogGroup. `DataProtectionPolicy`, `FieldIndexPolicies` and more stay unread and so are refused. */
export const logGroup: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('logs', `${TARGET}${operation}`, body);
  const logGroupName = properties.string('LogGroupName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const request = {
    logGroupName,
    kmsKeyId: properties.string('KmsKeyId'),
    logGroupClass: properties.string('LogGroupClass'),
    tags: tagMap(readTags(properties, context)),
  };
  const retentionInDays = properties.number('RetentionInDays');
  return {
    create: async () => {
      await call('CreateLogGroup', request);
      // The ARN that CloudFormation gives ends so: it means the streams of the group.
      return { physicalId: logGroupName, attributes: { Arn: `arn:${context.env.partition}:logs:${context.env.region}:${context.env.account}:log-group:${logGroupName}:*` } };
    },
    configure: async () => {
      if (retentionInDays !== undefined) await call('PutRetentionPolicy', { logGroupName, retentionInDays });
      const { logGroups: groups } = await call('DescribeLogGroups', { logGroupNamePrefix: logGroupName });
      const kept: unknown = Array.isArray(groups) ? groups.find((group) => isRecord(group) && group.logGroupName === logGroupName) : undefined;
      if (!isRecord(kept)) throw new Error(`the endpoint does not know the log group ${logGroupName} that it made`);
      assertKept(properties, 'RetentionInDays', retentionInDays, kept.retentionInDays);
      assertKept(properties, 'KmsKeyId', request.kmsKeyId, kept.kmsKeyId);
      // The class of the endpoint is that of AWS where it keeps none.
      assertKept(properties, 'LogGroupClass', request.logGroupClass, kept.logGroupClass ?? 'STANDARD');
      const { tags } = await call('ListTagsLogGroup', { logGroupName });
      assertKept(properties, 'Tags', request.tags, tags);
    },
    destroy: async () => {
      await call('DeleteLogGroup', { logGroupName });
    },
  };
};

/** AWS::Logs::MetricFilter. Emitting the system fields of a log group stays unread and so is refused. */
export const metricFilter: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('logs', `${TARGET}${operation}`, body);
  const filterName = properties.string('FilterName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const logGroupName = properties.requiredString('LogGroupName');
  const filterPattern = properties.requiredString('FilterPattern');
  const metricTransformations = (properties.objects('MetricTransformations') ?? []).map((transformation) => ({
    metricNamespace: transformation.requiredString('MetricNamespace'),
    metricName: transformation.requiredString('MetricName'),
    metricValue: transformation.requiredString('MetricValue'),
    defaultValue: transformation.number('DefaultValue'),
    unit: transformation.string('Unit'),
  }));
  return {
    create: async () => {
      await call('PutMetricFilter', { logGroupName, filterName, filterPattern, metricTransformations });
      return { physicalId: filterName, attributes: {} };
    },
    configure: async () => {
      const { metricFilters: filters } = await call('DescribeMetricFilters', { logGroupName, filterNamePrefix: filterName });
      const kept: unknown = Array.isArray(filters) ? filters.find((filter) => isRecord(filter) && filter.filterName === filterName) : undefined;
      if (!isRecord(kept)) throw new Error(`the endpoint does not know the metric filter ${filterName} that it made`);
      assertKept(properties, 'FilterPattern', filterPattern, kept.filterPattern);
      assertKept(properties, 'MetricTransformations', metricTransformations, kept.metricTransformations);
    },
    destroy: async () => { await call('DeleteMetricFilter', { logGroupName, filterName }); },
  };
};
