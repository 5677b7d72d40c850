import { CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';

/** One statement of a policy, as it stands in the template. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** One resource, as it stands in the template. */
export interface Resource {
  readonly Type: string;
  // Templates are untyped: a test says with its assertion what it expects to be there.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string[];
}

/** A warning of a construct, with its id taken off the text. */
export interface Warning {
  readonly path: string;
  readonly id?: string;
  readonly text: string;
}

/** The resources of one type by logical id. Fails on a dependency cycle, as CloudFormation would. */
export function resourcesOf(stack: Stack, type: string): Record<string, Resource> {
  return Template.fromStack(stack).findResources(type) as Record<string, Resource>;
}

/** The logical id of the resource that a construct makes. */
export function logicalIdOf(construct: IConstruct): string {
  const resource = (CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild) as CfnResource;
  return Stack.of(construct).resolve(resource.logicalId) as string;
}

/** The resource that a construct makes. */
export function resourceOf(construct: IConstruct): Resource {
  const { Resources } = Template.fromStack(Stack.of(construct)).toJSON() as { Resources: Record<string, Resource> };
  return Resources[logicalIdOf(construct)];
}

/** The properties of the resource that a construct makes. */
export function propertiesOf(construct: IConstruct): Resource['Properties'] {
  return resourceOf(construct).Properties;
}

/** The statements of the policy of a key. */
export function keyPolicyOf(key: IConstruct): Statement[] {
  return propertiesOf(key).KeyPolicy.Statement as Statement[];
}

/** The statements of the policy of a bucket. */
export function bucketPolicyOf(bucket: IConstruct): Statement[] {
  const policy = bucket.node.tryFindChild('Policy');
  return policy === undefined ? [] : propertiesOf(policy).PolicyDocument.Statement as Statement[];
}

/** The statements of every identity policy of a stack. */
export function identityStatements(stack: Stack): Statement[] {
  return Object.values(resourcesOf(stack, 'AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

/** The one statement with a Sid. */
export function statement(statements: Statement[], sid: string): Statement {
  const found = statements.filter(({ Sid }) => Sid === sid);
  if (found.length !== 1) {
    throw new Error(`expected one statement '${sid}', got ${found.length} in ${JSON.stringify(statements.map(({ Sid }) => Sid))}`);
  }
  return found[0];
}

/** The statements without a Sid: those that a test added. */
export function withoutSid(statements: Statement[]): Statement[] {
  return statements.filter(({ Sid }) => Sid === undefined);
}

/** The actions of a statement as a sorted list. */
export function actionsOf({ Action }: Statement): string[] {
  return (Array.isArray(Action) ? [...Action] : Action === undefined ? [] : [Action]).sort();
}

/** The statements that name an action of a service. */
export function aboutService(statements: Statement[], service: string): Statement[] {
  return statements.filter((each) => actionsOf(each).some((action) => action.startsWith(`${service}:`)));
}

/** Every warning below a construct. */
export function warningsBelow(scope: IConstruct): Warning[] {
  return scope.node.findAll().flatMap((construct) => construct.node.metadata
    .filter(({ type }) => type === 'aws:cdk:warning')
    .map(({ data }) => {
      const [, text, id] = /^(.*?)(?: \[ack: (.*)\])?$/s.exec(String(data)) ?? [];
      return { path: construct.node.path, id, text };
    }));
}

/** The ids of this library's warnings below a construct. */
export function warningIds(scope: IConstruct): string[] {
  return warningsBelow(scope).flatMap(({ id }) => (id?.startsWith('cdk-s3-encryption:') === true ? [id] : []));
}

/** The text of the one warning with an id. */
export function warningText(scope: IConstruct, id: string): string {
  const found = warningsBelow(scope).filter((warning) => warning.id === id);
  if (found.length !== 1) { throw new Error(`expected one warning '${id}', got ${found.length}`); }
  return found[0].text;
}
