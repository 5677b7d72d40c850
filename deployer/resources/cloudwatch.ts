import {
  type ComparisonOperator, DeleteAlarmsCommand, DeleteDashboardsCommand, DescribeAlarmsCommand, GetDashboardCommand,
  ListTagsForResourceCommand, type MetricDataQuery,
  PutDashboardCommand, PutMetricAlarmCommand, type PutMetricAlarmCommandInput, type StandardUnit, type Statistic,
} from '@aws-sdk/client-cloudwatch';
import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';

const MAX_NAME_LENGTH = 255;

/** AWS::CloudWatch::Alarm. */
export const cloudwatchAlarm: ResourceHandler = (properties, context) => {
  const { cloudwatch } = context.clients;
  const AlarmName = properties.string('AlarmName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const tags = readTags(properties, context);
  const alarm: Omit<PutMetricAlarmCommandInput, 'AlarmName' | 'Tags'> = {
    AlarmDescription: properties.string('AlarmDescription'),
    ActionsEnabled: properties.boolean('ActionsEnabled'),
    AlarmActions: properties.strings('AlarmActions'),
    OKActions: properties.strings('OKActions'),
    InsufficientDataActions: properties.strings('InsufficientDataActions'),
    ComparisonOperator: properties.requiredString('ComparisonOperator') as ComparisonOperator,
    EvaluationPeriods: properties.number('EvaluationPeriods'),
    DatapointsToAlarm: properties.number('DatapointsToAlarm'),
    Threshold: properties.number('Threshold'),
    TreatMissingData: properties.string('TreatMissingData'),
    EvaluateLowSampleCountPercentile: properties.string('EvaluateLowSampleCountPercentile'),
    Metrics: properties.objects('Metrics')?.map(readQuery),
    ...readMetric(properties),
    Period: properties.number('Period'),
    Statistic: properties.string('Statistic') as Statistic | undefined,
    ExtendedStatistic: properties.string('ExtendedStatistic'),
    Unit: properties.string('Unit') as StandardUnit | undefined,
  };
  return {
    create: async () => {
      await cloudwatch.send(new PutMetricAlarmCommand({ AlarmName, ...alarm, Tags: tags }));
      return { physicalId: AlarmName, attributes: { Arn: `arn:${context.env.partition}:cloudwatch:${context.env.region}:${context.env.account}:alarm:${AlarmName}` } };
    },
    configure: async () => {
      const { MetricAlarms: [kept] = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
      for (const [key, value] of Object.entries(alarm)) assertKept(properties, key, value, kept?.[key as keyof typeof kept]);
      const { Tags: keptTags } = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: kept?.AlarmArn }));
      assertKept(properties, 'Tags', tags, keptTags);
    },
    destroy: async () => {
      await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] }));
    },
  };
};

/** AWS::CloudWatch::Dashboard. */
export const cloudwatchDashboard: ResourceHandler = (properties, context) => {
  const { cloudwatch } = context.clients;
  const DashboardName = properties.string('DashboardName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const body = properties.requiredString('DashboardBody');
  return {
    create: async () => {
      await cloudwatch.send(new PutDashboardCommand({ DashboardName, DashboardBody: body }));
      return { physicalId: DashboardName, attributes: {} };
    },
    configure: async () => {
      const { DashboardBody: kept } = await cloudwatch.send(new GetDashboardCommand({ DashboardName }));
      assertKept(properties, 'DashboardBody', JSON.parse(body), JSON.parse(kept ?? 'null'));
    },
    destroy: async () => {
      await cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: [DashboardName] }));
    },
  };
};

function readMetric(metric: PropertyReader): Pick<PutMetricAlarmCommandInput, 'Namespace' | 'MetricName' | 'Dimensions'> {
  return {
    Namespace: metric.string('Namespace'),
    MetricName: metric.string('MetricName'),
    Dimensions: metric.objects('Dimensions')?.map((dimension) => ({ Name: dimension.requiredString('Name'), Value: dimension.requiredString('Value') })),
  };
}

function readQuery(query: PropertyReader): MetricDataQuery {
  const stat = query.object('MetricStat');
  return {
    Id: query.requiredString('Id'),
    Expression: query.string('Expression'),
    Label: query.string('Label'),
    Period: query.number('Period'),
    ReturnData: query.boolean('ReturnData'),
    AccountId: query.string('AccountId'),
    MetricStat: stat && {
      Metric: readMetric(stat.requiredObject('Metric')),
      Period: stat.number('Period'),
      Stat: stat.requiredString('Stat'),
      Unit: stat.string('Unit') as StandardUnit | undefined,
    },
  };
}
