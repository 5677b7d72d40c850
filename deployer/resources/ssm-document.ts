import { assertKept } from '../kept';
import type { ResourceHandler } from '../resource';

/** AWS::SSM::Document. */
export const ssmDocument: ResourceHandler = (properties, context) => {
  const { json } = context.clients;
  const call = async (operation: string, body: object) => json.call('ssm', `AmazonSSM.${operation}`, body);
  const Name = properties.string('Name') ?? context.physicalName({ maxLength: 128 });
  const content = properties.requiredDocument('Content');
  const DocumentType = properties.requiredString('DocumentType');
  const DocumentFormat = properties.string('DocumentFormat') ?? 'JSON';
  // What happens when it changes: here nothing is updated.
  properties.string('UpdateMethod');
  return {
    create: async () => {
      await call('CreateDocument', { Name, Content: JSON.stringify(content), DocumentType, DocumentFormat });
      return { physicalId: Name, attributes: {} };
    },
    configure: async () => {
      const kept = await call('GetDocument', { Name });
      assertKept(properties, 'Content', content, JSON.parse(String(kept.Content)));
      assertKept(properties, 'DocumentType', DocumentType, kept.DocumentType);
    },
    destroy: async () => { await call('DeleteDocument', { Name }); },
  };
};
