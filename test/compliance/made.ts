import { type App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ComplianceRecorder, EncryptionCompliance, type EncryptionComplianceProps } from '../../src';
import { IRELAND, testStack } from '../helpers/stack';

/** A rule of AWS Config, as a template has it. */
export interface Rule {
  readonly Description: string;
  readonly InputParameters?: Record<string, unknown>;
  readonly Scope?: { readonly ComplianceResourceId?: unknown; readonly ComplianceResourceTypes?: string[]; readonly TagKey?: string };
  readonly Source: { readonly SourceIdentifier?: string | object; readonly CustomPolicyDetails?: { readonly PolicyText: unknown } };
}

export function made(props: EncryptionComplianceProps = {}, env: { account?: string; region?: string } = IRELAND) {
  const stack = testStack({ env } as never);
  const compliance = new EncryptionCompliance(stack, 'Compliance', { recorder: ComplianceRecorder.existing(), ...props });
  return { stack, compliance, app: stack.node.root as App };
}
export const rulesOf = (stack: Stack): Rule[] => Object.values(Template.fromStack(stack).findResources('AWS::Config::ConfigRule')).map(({ Properties }) => Properties as Rule);

/** What a rule runs: the name of AWS, or of the rule of Guard. */
export const runs = ({ Source: { SourceIdentifier: managed, CustomPolicyDetails: details } }: Rule): string =>
  typeof managed === 'object' ? 'CUSTOM_LAMBDA' : managed ?? /rule (\w+) when/.exec(JSON.stringify(details!.PolicyText))![1];
export const kinds = (stack: Stack) => rulesOf(stack).map(runs).sort();

/** The fixed parameters of each remediation, by the id of the rule that it belongs to. */
export function remediationsOf(stack: Stack): Record<string, Record<string, unknown[]>> {
  const template = Template.fromStack(stack);
  const rules = template.findResources('AWS::Config::ConfigRule');
  return Object.fromEntries(Object.values(template.findResources('AWS::Config::RemediationConfiguration')).map(({ Properties }) => {
    const { ConfigRuleName: name, Parameters: parameters } = Properties as {
      ConfigRuleName: { Ref: string }; Parameters: Record<string, { StaticValue?: { Values: unknown[] } }>;
    };
    const values = Object.entries(parameters)
      .flatMap(([parameter, { StaticValue: fixed }]) => fixed === undefined ? [] : [[parameter, fixed.Values] as const]);
    return [runs(rules[name.Ref].Properties as Rule), Object.fromEntries(values)];
  }));
}
