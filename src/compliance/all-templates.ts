import { dirname, join } from 'path';
import { type IPolicyValidationContext, NestedStack } from 'aws-cdk-lib';
import { stackAt } from './approved-in-template';

type StackTemplate = IPolicyValidationContext['stackTemplates'][number];

/** The templates of an app with those of nested stacks, of which the CDK tells no plugin: they are assets beside that of their parent. */
export function allTemplates({ appConstruct, stackTemplates }: IPolicyValidationContext): StackTemplate[] {
  return stackTemplates.flatMap((template) => {
    const below = stackAt(appConstruct, template.stackConstructPath)?.node.findAll() ?? [];
    const nested = below.filter((node): node is NestedStack => NestedStack.isNestedStack(node));
    return [template, ...nested.map((stack) => (
      { ...template, stackConstructPath: stack.node.path, templatePath: join(dirname(template.templatePath), stack.templateFile) }))];
  });
}
