import type { StackArtifact } from './assembly';
import type { Clients, Credentials } from './clients';
import type { ResourceName } from './errors';
import type { Environment } from './intrinsics';
import type { PropertyReader } from './property-reader';
import type { FunctionHost } from '../emulator/lambda/function-host';

/** What a resource can use while it is deployed. */
export interface ResourceContext extends ResourceName {
  readonly env: Environment & { readonly stackId: string };
  readonly clients: Clients;
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly stack: StackArtifact;
  readonly functions: FunctionHost;
  /** A name for a resource whose template gives none, as CloudFormation makes it. */
  physicalName(options: { maxLength: number; lowerCase?: boolean }): string;
}

export interface CreatedResource {
  /** What `Ref` returns. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` returns, by attribute. */
  readonly attributes: Record<string, unknown>;
}

/**
 * How one resource is deployed. It is made from all properties before the first API call, so that a
 * property that would not be applied is refused while nothing exists yet.
 */
export interface ResourcePlan {
  /** The one call that makes the resource exist. What follows may fail: then the resource must be deleted again. */
  create(): Promise<CreatedResource>;
  /** The calls that apply the properties which the creating call cannot carry. */
  configure?(created: CreatedResource): Promise<void>;
  /** Calls that need the other resources of the stack to be there. */
  complete?(created: CreatedResource): Promise<void>;
  destroy(created: CreatedResource): Promise<void>;
}

/** Reads the properties of a resource; what it does not read is refused. */
export type ResourceHandler = (properties: PropertyReader, context: ResourceContext) => ResourcePlan;
