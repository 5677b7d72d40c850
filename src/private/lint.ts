import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Answers a finding of cfn-lint that the CDK makes and nobody can take back, in the template itself, where whoever lints it finds it.
 * https://github.com/aws-cloudformation/cfn-lint#template-based-metadata
 */
export function ignoreInLint(construct: IConstruct, ...rules: string[]): void {
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild as CfnResource;
  resource.addMetadata('cfn-lint', { config: { ignore_checks: rules } });
}
