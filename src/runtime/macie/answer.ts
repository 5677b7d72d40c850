import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { disableDiscovery, type DiscoveryProperties, useDiscovery } from './automated-discovery';
import { endJob, idWithoutJob, type JobProperties, type JobServices, startJob } from './classification-job';

type Request = Pick<CloudFormationCustomResourceEvent, 'RequestType' | 'RequestId' | 'StackId' | 'LogicalResourceId' | 'ResourceType' | 'ResourceProperties'>
  & { readonly PhysicalResourceId?: string };

/** What CloudFormation gets. */
interface Result {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** CloudFormation shows so much of a reason. */
const REASON_LENGTH = 1000;

/** Does what CloudFormation asks, and says how it went. Never throws. */
export async function answer(request: Request, services: JobServices): Promise<Result> {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = request;
  // After a failure the id stays what it was: another one would have the old job cancelled.
  const result = { PhysicalResourceId: PhysicalResourceId ?? idWithoutJob(LogicalResourceId), StackId, RequestId, LogicalResourceId };
  try {
    return { ...result, Status: 'SUCCESS', ...await carryOut(request, services) };
  } catch (error) {
    return { ...result, Status: 'FAILED', Reason: (error instanceof Error ? error.message : String(error)).slice(0, REASON_LENGTH) };
  }
}

async function carryOut(request: Request, services: JobServices): Promise<Pick<Result, 'Reason'> & Partial<Result>> {
  const { RequestType: type, ResourceType: resource, PhysicalResourceId: id = '', StackId: stackId, RequestId: requestId } = request;
  switch (resource) {
    case 'Custom::MacieClassificationJob': {
      if (type === 'Delete') { return { Reason: await endJob(id, services) }; }
      const PhysicalResourceId = await startJob(request.ResourceProperties as unknown as JobProperties, { stackId, requestId }, services);
      return { PhysicalResourceId, Reason: `the job is ${PhysicalResourceId}` };
    }
    case 'Custom::MacieAutomatedDiscovery': {
      const properties = request.ResourceProperties as unknown as DiscoveryProperties;
      if (type === 'Delete') { return { Reason: await disableDiscovery(properties, id, services) }; }
      const PhysicalResourceId = await useDiscovery(properties, type === 'Update' ? id : undefined, services);
      return { PhysicalResourceId, Reason: `automated discovery is on: ${PhysicalResourceId}` };
    }
    default: throw new Error(`the resource type ${resource} is not of this function: deploy SensitiveDataDiscovery again`);
  }
}
