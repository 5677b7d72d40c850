import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { Notify, S3EncryptionBaseline, type S3EncryptionBaselineProps } from '../../src';
import { IRELAND, testStack } from '../helpers/stack';

export const MAIL = Notify.email('security@example.com');

export interface TemplateOf {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties?: any; readonly DeletionPolicy?: string }>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Description: string }>;
}

/** A stack with one baseline, as it is by default but for the props. */
export function made(props: Partial<S3EncryptionBaselineProps> = {}, id = 'Orders') {
  const stack = testStack();
  const baseline = new S3EncryptionBaseline(stack, id, { notify: [MAIL], ...props });
  return { stack, baseline, app: stack.node.root as App };
}

/** Another stack of the same app. */
export function another(app: App, id: string): Stack { return new Stack(app, id, { env: IRELAND }); }

export function templateOf(stack: Stack): TemplateOf { return Template.fromStack(stack).toJSON() as TemplateOf; }

export function ofType(stack: Stack, type: string) {
  return Object.entries(templateOf(stack).Resources).filter(([, { Type }]) => Type === type);
}

/** How many there are of each type that there should be one of. */
export function counts(stack: Stack, ...types: string[]): number[] { return types.map((type) => ofType(stack, type).length); }

export const ACCOUNT_WIDE = ['AWS::CloudTrail::Trail', 'AWS::CloudWatch::Dashboard', 'AWS::SQS::Queue', 'AWS::SNS::Topic'];

export function pathOf(construct: Construct): string { return construct.node.path; }
