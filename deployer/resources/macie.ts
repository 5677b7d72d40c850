import { assertKept } from '../kept';
import type { ResourceHandler } from '../resource';

/** AWS::Macie::Session. Fails where Macie is enabled already, as CloudFormation does. */
export const macieSession: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const session = { status: properties.string('Status'), findingPublishingFrequency: properties.string('FindingPublishingFrequency') };
  return {
    create: async () => {
      await json.rest('macie2', 'POST', '/macie', session);
      return { physicalId: context.env.account, attributes: { AwsAccountId: context.env.account } };
    },
    configure: async ({ attributes }) => {
      const kept = await json.rest('macie2', 'GET', '/macie');
      assertKept(properties, 'Status', session.status, kept.status);
      assertKept(properties, 'FindingPublishingFrequency', session.findingPublishingFrequency, kept.findingPublishingFrequency);
      attributes.ServiceRole = kept.serviceRole;
    },
    destroy: async () => { await json.rest('macie2', 'DELETE', '/macie'); },
  };
};

/** AWS::Macie::AllowList. */
export const macieAllowList: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const criteria = properties.requiredObject('Criteria');
  const words = criteria.object('S3WordsList');
  const list = {
    name: properties.requiredString('Name'),
    description: properties.string('Description'),
    criteria: {
      regex: criteria.string('Regex'),
      s3WordsList: words === undefined ? undefined : { bucketName: words.requiredString('BucketName'), objectKey: words.requiredString('ObjectKey') },
    },
  };
  return {
    create: async () => {
      const { id, arn } = await json.rest('macie2', 'POST', '/allow-lists', { ...list, clientToken: `${context.env.stackId}/${context.logicalId}` });
      return { physicalId: String(id), attributes: { Id: id, Arn: arn } };
    },
    configure: async ({ physicalId, attributes }) => {
      const kept = await json.rest('macie2', 'GET', `/allow-lists/${physicalId}`);
      assertKept(properties, 'Name', list.name, kept.name);
      assertKept(properties, 'Description', list.description, kept.description);
      assertKept(properties, 'Criteria', list.criteria, kept.criteria);
      attributes.Status = kept.status;
    },
    destroy: async ({ physicalId }) => { await json.rest('macie2', 'DELETE', `/allow-lists/${physicalId}`); },
  };
};
