import { randomUUID } from 'node:crypto';
import { invoke } from '../custom-resource/invoke';
import type { CustomResourceResponse } from '../custom-resource/response-listener';
import type { CreatedResource, ResourceHandler } from '../resource';
import { isRecord, isScalar } from '../values';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
const DEFAULT_TIMEOUT_SECONDS = 3600;

/** Custom::* and AWS::CloudFormation::CustomResource: the handler gets every property, so none can go unapplied. */
export const customResource: ResourceHandler = (properties, context) => {
  const serviceToken = properties.requiredString('ServiceToken');
  const timeout = properties.number('ServiceTimeout') ?? DEFAULT_TIMEOUT_SECONDS;
  const stored = context.functions.find(serviceToken);
  if (!stored) throw properties.refuse('ServiceToken', `${serviceToken} is not a function that it deployed`);
  // CloudFormation hands over all scalars as strings.
  const resourceProperties = stringify({ ServiceToken: serviceToken, ...properties.rest() });
  const call = async (requestType: 'Create' | 'Delete', physicalId?: string): Promise<CustomResourceResponse> => invoke(context.functions, stored, {
    RequestType: requestType,
    RequestId: randomUUID(),
    StackId: context.env.stackId,
    LogicalResourceId: context.logicalId,
    ResourceType: context.type,
    PhysicalResourceId: physicalId,
    ResourceProperties: resourceProperties,
  }, timeout);

  let response: CustomResourceResponse | undefined;
  return {
    create: async (): Promise<CreatedResource> => {
      response = await call('Create');
      if (!response.PhysicalResourceId) throw new Error('the response of the handler has no PhysicalResourceId');
      return { physicalId: response.PhysicalResourceId, attributes: response.Data ?? {} };
    },
    // A failed Create is followed by a Delete, so it counts as created until here.
    configure: async () => throwIfFailed(response!),
    destroy: async ({ physicalId }) => throwIfFailed(await call('Delete', physicalId)),
  };
};

function throwIfFailed(response: CustomResourceResponse): void {
  if (response.Status === 'FAILED') throw new Error(`the handler answered FAILED: ${response.Reason ?? 'it gave no reason'}`);
}

function stringify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stringify);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, nested]) => [key, stringify(nested)]));
  return isScalar(value) ? String(value) : value;
}
