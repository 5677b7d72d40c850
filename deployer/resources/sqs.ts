import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { readTags, tagMap } from '../tags';
import { isRecord } from '../values';

const MAX_NAME_LENGTH = 80;
const NUMBERS = ['DelaySeconds', 'KmsDataKeyReusePeriodSeconds', 'MaximumMessageSize', 'MessageRetentionPeriod', 'ReceiveMessageWaitTimeSeconds', 'VisibilityTimeout'];

/** AWS::SQS::Queue. FIFO queues stay unread and so are refused. */
export const sqsQueue: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('sqs', `AmazonSQS.${operation}`, body);
  const name = properties.string('QueueName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const attributes = readAttributes(properties);
  const tags = tagMap(readTags(properties, context));
  return {
    create: async () => {
      const { QueueUrl: url } = await call('CreateQueue', { QueueName: name, Attributes: attributes, tags });
      if (typeof url !== 'string') throw new Error('the endpoint returned no queue');
      return { physicalId: url, attributes: { Arn: `arn:${context.env.partition}:sqs:${context.env.region}:${context.env.account}:${name}`, QueueName: name, QueueUrl: url } };
    },
    configure: async ({ physicalId: QueueUrl }) => {
      const { Attributes: kept } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
      for (const [key, value] of Object.entries(attributes)) assertKept(properties, key, value, isRecord(kept) ? plain(kept[key]) : undefined);
      const { Tags: keptTags } = await call('ListQueueTags', { QueueUrl });
      assertKept(properties, 'Tags', tags, keptTags ?? {});
    },
    destroy: async ({ physicalId: QueueUrl }) => {
      await call('DeleteQueue', { QueueUrl });
    },
  };
};

/** AWS::SQS::QueuePolicy. */
export const sqsQueuePolicy: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('sqs', `AmazonSQS.${operation}`, body);
  const queues = properties.strings('Queues') ?? [];
  if (queues.length === 0) throw properties.refuse('Queues', 'it names no queue');
  const policy = properties.requiredDocument('PolicyDocument');
  return {
    create: async () => {
      for (const QueueUrl of queues) {
        await call('SetQueueAttributes', { QueueUrl, Attributes: { Policy: JSON.stringify(policy) } });
        const { Attributes: kept } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['Policy'] });
        assertKept(properties, 'PolicyDocument', policy, isRecord(kept) && typeof kept.Policy === 'string' ? JSON.parse(kept.Policy) : undefined);
      }
      return { physicalId: context.physicalName({ maxLength: MAX_NAME_LENGTH }), attributes: {} };
    },
    destroy: async () => {
      for (const QueueUrl of queues) await call('SetQueueAttributes', { QueueUrl, Attributes: { Policy: '' } });
    },
  };
};

/** SQS has a string for everything. */
function readAttributes(properties: PropertyReader): Record<string, string> {
  const redrive = properties.document('RedrivePolicy');
  const values: Record<string, string | undefined> = {
    ...Object.fromEntries(NUMBERS.map((key) => [key, properties.number(key)?.toString()])),
    KmsMasterKeyId: properties.string('KmsMasterKeyId'),
    SqsManagedSseEnabled: properties.boolean('SqsManagedSseEnabled')?.toString(),
    RedrivePolicy: redrive && JSON.stringify(redrive),
  };
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The endpoint may space its JSON in another way. */
function plain(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith('{') ? JSON.stringify(JSON.parse(value)) : value;
}
