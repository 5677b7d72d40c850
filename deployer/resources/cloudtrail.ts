import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';
import { isRecord } from '../values';

const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.';
const OPERATORS = ['Equals', 'StartsWith', 'EndsWith', 'NotEquals', 'NotStartsWith', 'NotEndsWith'];

/** AWS::CloudTrail::Trail, with advanced selectors. Basic ones, insights and aggregation stay unread and so are refused. */
export const cloudtrailTrail: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('cloudtrail', `${TARGET}${operation}`, body);
  const Name = properties.requiredString('TrailName');
  const logging = properties.boolean('IsLogging');
  const request = {
    Name,
    S3BucketName: properties.requiredString('S3BucketName'),
    S3KeyPrefix: properties.string('S3KeyPrefix'),
    KmsKeyId: properties.string('KMSKeyId'),
    CloudWatchLogsLogGroupArn: properties.string('CloudWatchLogsLogGroupArn'),
    CloudWatchLogsRoleArn: properties.string('CloudWatchLogsRoleArn'),
    IncludeGlobalServiceEvents: properties.boolean('IncludeGlobalServiceEvents'),
    IsMultiRegionTrail: properties.boolean('IsMultiRegionTrail'),
    EnableLogFileValidation: properties.boolean('EnableLogFileValidation'),
    TagsList: readTags(properties, context),
  };
  const selectors = properties.objects('AdvancedEventSelectors')?.map((selector) => ({
    Name: selector.string('Name'),
    FieldSelectors: (selector.objects('FieldSelectors') ?? []).map(readField),
  }));
  const arn = `arn:${context.env.partition}:cloudtrail:${context.env.region}:${context.env.account}:trail/${Name}`;
  return {
    create: async () => {
      await call('CreateTrail', request);
      return { physicalId: Name, attributes: { Arn: arn } };
    },
    configure: async () => {
      if (selectors !== undefined) {
        await call('PutEventSelectors', { TrailName: Name, AdvancedEventSelectors: selectors });
        const { AdvancedEventSelectors: kept } = await call('GetEventSelectors', { TrailName: Name });
        assertKept(properties, 'AdvancedEventSelectors', selectors, kept);
      }
      if (logging === true) await call('StartLogging', { Name });
      const { IsLogging: isLogging } = await call('GetTrailStatus', { Name });
      assertKept(properties, 'IsLogging', logging, isLogging);
      const { Trail: kept } = await call('GetTrail', { Name });
      if (!isRecord(kept)) throw new Error(`the endpoint does not know the trail ${Name} that it made`);
      const { TagsList: _, EnableLogFileValidation: validated, ...plain } = request;
      for (const [key, value] of Object.entries(plain)) assertKept(properties, key, value, kept[key]);
      assertKept(properties, 'EnableLogFileValidation', validated, kept.LogFileValidationEnabled);
    },
    destroy: async () => { await call('DeleteTrail', { Name }); },
  };
};

function readField(selector: PropertyReader): Record<string, string | string[]> {
  const field: Record<string, string | string[]> = { Field: selector.requiredString('Field') };
  for (const operator of OPERATORS) {
    const values = selector.strings(operator);
    if (values !== undefined) field[operator] = values;
  }
  return field;
}
