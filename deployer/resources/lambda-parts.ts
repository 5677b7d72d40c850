import type { ResourceHandler } from '../resource';

/** AWS::Lambda::Version: the function as it is now, under a number of its own. Provisioned concurrency stays unread and so is refused. */
export const lambdaVersion: ResourceHandler = (properties, { functions }) => {
  const reference = properties.requiredString('FunctionName');
  // It says why, and nothing else shows it.
  properties.string('Description');
  const found = functions.find(reference);
  if (found === undefined) throw properties.refuse('FunctionName', `${reference} is not a function that it deployed`);
  return {
    create: async () => {
      const version = functions.publish(found.arn);
      const arn = `${found.arn}:${version}`;
      return { physicalId: arn, attributes: { Version: version, FunctionArn: arn } };
    },
    destroy: async ({ physicalId }) => functions.remove(physicalId),
  };
};

/** AWS::Lambda::Permission: kept with the function, whose host asks it for what services do. */
export const lambdaPermission: ResourceHandler = (properties, context) => {
  const { functions } = context;
  const reference = properties.requiredString('FunctionName');
  const found = functions.find(reference);
  if (found === undefined) throw properties.refuse('FunctionName', `${reference} is not a function that it deployed`);
  const id = context.physicalName({ maxLength: 100 });
  const permission = {
    id,
    action: properties.requiredString('Action'),
    principal: properties.requiredString('Principal'),
    sourceArn: properties.string('SourceArn'),
    sourceAccount: properties.string('SourceAccount'),
  };
  return {
    create: async () => {
      functions.permit(found.arn, permission);
      return { physicalId: id, attributes: { Id: id } };
    },
    destroy: async () => functions.forbid(found.arn, id),
  };
};
