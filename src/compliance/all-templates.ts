import { dirname, join } from 'path';
import { type IPolicyValidationContext, NestedStack, Stack } from 'aws-cdk-lib';
import { stackAt } from './approved-in-template';

/** A template of an app, and where it is to be deployed as far as that is known. */
export type StackTemplate = IPolicyValidationContext['stackTemplates'][number];

/** The templates of an app with those of nested stacks, of which the CDK tells no plugin: they are assets beside that of their parent. */
export function allTemplates({ appConstruct, stackTemplates }: IPolicyValidationContext): StackTemplate[] {
  return stackTemplates.flatMap((template) => {
    const parent = stackAt(appConstruct, template.stackConstructPath);
    // Not those of a stack or a stage within this stack, as a pipeline has them: they lie beside the template of their own.
    const below = parent?.node.findAll() ?? [];
    const nested = below.filter((node): node is NestedStack => NestedStack.isNestedStack(node) && outermost(node) === parent);
    return [template, ...nested.map((stack) => (
      { ...template, stackConstructPath: stack.node.path, templatePath: join(dirname(template.templatePath), stack.templateFile) }))];
  });
}

/** The stack that is deployed by itself, of which a nested one is a resource. */
function outermost(stack: Stack): Stack { return stack.nestedStackParent === undefined ? stack : outermost(stack.nestedStackParent); }
