import {
  CreateTopicCommand, DeleteTopicCommand, GetSubscriptionAttributesCommand, GetTopicAttributesCommand, ListTagsForResourceCommand,
  SetTopicAttributesCommand, type SNSClient, SubscribeCommand, UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { assertKept } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceHandler } from '../resource';
import { readTags } from '../tags';

const MAX_NAME_LENGTH = 256;

/** AWS::SNS::Topic. FIFO topics, delivery logging and data protection stay unread and so are refused. */
export const snsTopic: ResourceHandler = (properties, context) => {
  const { sns } = context.clients;
  const name = properties.string('TopicName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const attributes = defined({
    DisplayName: properties.string('DisplayName'),
    KmsMasterKeyId: properties.string('KmsMasterKeyId'),
    SignatureVersion: properties.string('SignatureVersion'),
    TracingConfig: properties.string('TracingConfig'),
  });
  const tags = readTags(properties, context);
  const subscriptions = (properties.objects('Subscription') ?? []).map((subscription) => ({
    Protocol: subscription.requiredString('Protocol'), Endpoint: subscription.requiredString('Endpoint'),
  }));
  return {
    create: async () => {
      const { TopicArn: arn } = await sns.send(new CreateTopicCommand({ Name: name, Attributes: attributes, Tags: tags }));
      if (arn === undefined) throw new Error('the endpoint returned no topic');
      return { physicalId: arn, attributes: { TopicArn: arn, TopicName: name } };
    },
    configure: async ({ physicalId: TopicArn }) => {
      for (const subscription of subscriptions) await subscribe(sns, { TopicArn, ...subscription }, properties, 'Subscription');
      const { Attributes: kept = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
      for (const [key, value] of Object.entries(attributes)) assertKept(properties, key, value, kept[key]);
      const { Tags: keptTags } = await sns.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
      assertKept(properties, 'Tags', tags, keptTags);
    },
    destroy: async ({ physicalId: TopicArn }) => {
      await sns.send(new DeleteTopicCommand({ TopicArn }));
    },
  };
};

/** AWS::SNS::TopicPolicy. */
export const snsTopicPolicy: ResourceHandler = (properties, context) => {
  const { sns } = context.clients;
  const topics = properties.strings('Topics') ?? [];
  if (topics.length === 0) throw properties.refuse('Topics', 'it names no topic');
  const policy = properties.requiredDocument('PolicyDocument');
  return {
    create: async () => {
      for (const TopicArn of topics) {
        await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue: JSON.stringify(policy) }));
        const { Attributes: kept } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
        assertKept(properties, 'PolicyDocument', policy, JSON.parse(kept?.Policy ?? '{}'));
      }
      return { physicalId: context.physicalName({ maxLength: MAX_NAME_LENGTH }), attributes: {} };
    },
    // SNS has no call for it, and CloudFormation too leaves the last policy to the topic, which goes next.
    destroy: async () => undefined,
  };
};

/** AWS::SNS::Subscription. */
export const snsSubscription: ResourceHandler = (properties, context) => {
  const { sns } = context.clients;
  const json = (key: string) => {
    const document = properties.document(key);
    return document && JSON.stringify(document);
  };
  const request = {
    TopicArn: properties.requiredString('TopicArn'),
    Protocol: properties.requiredString('Protocol'),
    Endpoint: properties.requiredString('Endpoint'),
    Attributes: defined({
      FilterPolicy: json('FilterPolicy'),
      FilterPolicyScope: properties.string('FilterPolicyScope'),
      RawMessageDelivery: properties.boolean('RawMessageDelivery')?.toString(),
      RedrivePolicy: json('RedrivePolicy'),
    }),
  };
  const region = properties.string('Region');
  if (region !== undefined && region !== context.env.region) throw properties.refuse('Region', `the deployer subscribes in the region of the stack, ${context.env.region}`);
  return {
    create: async () => ({ physicalId: await subscribe(sns, request, properties, 'Endpoint'), attributes: {} }),
    destroy: async ({ physicalId: SubscriptionArn }) => {
      await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    },
  };
};

interface Subscription {
  readonly TopicArn: string;
  readonly Protocol: string;
  readonly Endpoint: string;
  readonly Attributes?: Record<string, string>;
}

async function subscribe(
  sns: SNSClient, request: Subscription, properties: PropertyReader, property: string,
): Promise<string> {
  const { SubscriptionArn: arn } = await sns.send(new SubscribeCommand({ ...request, ReturnSubscriptionArn: true }));
  if (arn === undefined) throw new Error('the endpoint returned no subscription');
  const { Attributes: kept = {} } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }));
  assertKept(properties, property, request.Endpoint, kept.Endpoint);
  for (const [key, value] of Object.entries(request.Attributes ?? {})) assertKept(properties, key, value, kept[key]);
  return arn;
}

function defined(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
