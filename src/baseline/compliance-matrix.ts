import { CfnElement, CfnOutput, Lazy, Stack } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import type { ControlEvidence } from './control-evidence';
import type { Measure } from './evidence';
import type { ControlMappings } from '../controls';

/** The standards, as the mappings name them, and as outputs and people do. */
const STANDARDS: readonly { readonly field: keyof ControlMappings; readonly output: string; readonly name: string }[] = [
  { field: 'securityHub', output: 'SecurityHub', name: 'AWS Security Hub CSPM' },
  { field: 'cis5', output: 'Cis5', name: 'CIS AWS Foundations Benchmark 5.0' },
  { field: 'cis7', output: 'Cis7', name: 'CIS AWS Foundations Benchmark 7.0' },
  { field: 'nist80053', output: 'Nist80053', name: 'NIST SP 800-53 Revision 5' },
  { field: 'pciDss', output: 'PciDss', name: 'PCI DSS 4.0.1' },
  { field: 'hipaa', output: 'Hipaa', name: 'HIPAA Security Rule' },
];

/**
 * Which control of which standard is met by which resource: data for those who have to show it.
 *
 * It is read from the template as it is deployed, so that what was weakened, changed by an aspect or left out is not claimed. It says
 * what answers a control, never that an audit is passed: most controls ask for more than one bucket, and for things that no template has.
 *
 * An output for each standard, `ComplianceMatrix…`, has it as JSON: controls, and for each the logical ids of resources, with `STACK/`
 * before those of another stack.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
 */
export class ComplianceMatrix {
  /** @internal */
  public static _of(scope: Construct, id: string, measures: () => Measure[]): ComplianceMatrix {
    const home = new Construct(scope, id);
    const matrix = new ComplianceMatrix(home, measures);
    for (const { field, output, name } of STANDARDS) {
      new CfnOutput(home, output, {
        description: `Controls of ${name} that are met, and by which resources`,
        value: Lazy.uncachedString({ produce: () => JSON.stringify(matrix.metOf(field)) }),
      });
    }
    return matrix;
  }

  private constructor(private readonly scope: Construct, private readonly measures: () => Measure[]) {}

  /**
   * What holds and what does not, and the controls that it answers. Complete once the app is: read it after the last construct is made.
   */
  public get evidence(): ControlEvidence[] {
    return this.measures().map(({ measure, title, mappings, by, because }) => {
      const resources = [...new Set(by().flatMap((one) => one === undefined ? [] : [this.nameOf(one)]))].sort();
      const why = resources.length > 0 ? undefined : because?.() ?? 'nothing of this app makes it hold';
      return { measure, title, mappings, resources, ...why === undefined ? {} : { missingBecause: why } };
    });
  }

  /** The matrix as a table in Markdown, one row for each control of each standard. */
  public toMarkdown(): string {
    const evidence = this.evidence;
    const rows = STANDARDS.flatMap(({ field, name }) => controlsOf(evidence, field).map((control) => {
      const about = evidence.filter(({ mappings }) => mappings[field]?.includes(control));
      const met = about.filter(({ resources }) => resources.length > 0);
      const what = met.length > 0
        ? met.map(({ title, resources }) => `${title}: ${resources.map((one) => `\`${one}\``).join(', ')}`)
        : about.map(({ title, missingBecause = '' }) => `not met. ${title}: ${missingBecause}`);
      return `| ${name} | ${control} | ${what.map(cell).join('<br>')} |`;
    }));
    return ['| Standard | Control | Met by |', '|---|---|---|', ...rows, ''].join('\n');
  }

  private metOf(field: keyof ControlMappings): Record<string, string[]> {
    const evidence = this.evidence.filter(({ resources }) => resources.length > 0);
    return Object.fromEntries(controlsOf(evidence, field).map((control) => {
      const by = evidence.filter(({ mappings }) => mappings[field]?.includes(control)).flatMap(({ resources }) => resources);
      return [control, [...new Set(by)].sort()];
    }));
  }

  private nameOf(resource: IConstruct): string {
    const stack = Stack.of(resource);
    const id = CfnElement.isCfnElement(resource) ? stack.resolve(resource.logicalId) as string : resource.node.path;
    return stack === Stack.of(this.scope) ? id : `${stack.stackName}/${id}`;
  }
}

/** In the order of the standard: 2 before 10. */
function controlsOf(evidence: readonly ControlEvidence[], field: keyof ControlMappings): string[] {
  return [...new Set(evidence.flatMap(({ mappings }) => mappings[field] ?? []))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** A bar would end the cell. */
function cell(text: string): string { return text.replaceAll('|', '\\|').replaceAll('\n', ' '); }
