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
 * It is read from the template as it is deployed, so that what was weakened, changed by an aspect or left out is not claimed. A control
 * is met where everything that this library has for it holds; rules of AWS Config check it, and do not meet it. It says what answers a
 * control, never that an audit is passed: most controls ask for more than one bucket, and for things that no template has.
 *
 * An output for each standard, `ComplianceMatrix…`, has the controls that are met as JSON: for each the logical ids of the resources that
 * meet it (`metBy`) and of those that check it (`checkedBy`), with the path of the stack before those of another stack.
 *
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
 */
export class ComplianceMatrix {
  /** @internal */
  public static _of(scope: Construct, id: string, outputs: boolean, measures: () => Measure[]): ComplianceMatrix {
    const home = new Construct(scope, id);
    const matrix = new ComplianceMatrix(home, measures);
    for (const { field, output, name } of outputs ? STANDARDS : []) {
      new CfnOutput(home, output, {
        description: `What resources here answer of ${name}, for this bucket. What they do not is in ComplianceMatrix.toMarkdown()`,
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
    return this.measures().map(({ measure, title, mappings, by, because, looks = false }) => {
      const resources = [...new Set(by().flatMap((one) => one === undefined ? [] : [this.nameOf(one)]))].sort();
      const why = resources.length > 0 ? undefined : because?.() ?? 'nothing of this app makes it hold';
      return { measure, title, mappings, resources, looks, ...why === undefined ? {} : { missingBecause: why } };
    });
  }

  /** The matrix as a table in Markdown, one row for each control of each standard, met or not, with the reason for what is left out. */
  public toMarkdown(): string {
    const evidence = this.evidence;
    const rows = STANDARDS.flatMap(({ field, name }) => controlsOf(evidence, field).map((control) => {
      const { making, looking, met } = aboutControl(evidence, field, control);
      const what = making.map(({ title, resources, missingBecause }) => `${title}: ${missingBecause ?? code(resources)}`);
      const found = looking.flatMap(({ resources }) => resources);
      const blind = looking.flatMap(({ title, missingBecause }) => missingBecause === undefined ? [] : [`${title}: ${missingBecause}`]);
      const checked = [...found.length === 0 ? [] : [code(found)], ...blind];
      return `| ${name} | ${control} | ${met ? 'yes' : 'no'} | ${what.map(cell).join('<br>')} | ${checked.map(cell).join('<br>')} |`;
    }));
    return ['| Standard | Control | Met | By | Checked by |', '|---|---|---|---|---|', ...rows, ''].join('\n');
  }

  private metOf(field: keyof ControlMappings): Record<string, { readonly metBy: string[]; readonly checkedBy?: string[] }> {
    const evidence = this.evidence;
    return Object.fromEntries(controlsOf(evidence, field).flatMap((control) => {
      const { making, looking, met } = aboutControl(evidence, field, control);
      const checkedBy = namesOf(looking);
      return met ? [[control, { metBy: namesOf(making), ...checkedBy.length === 0 ? {} : { checkedBy } }]] : [];
    }));
  }

  private nameOf(resource: IConstruct): string {
    const stack = Stack.of(resource);
    const id = CfnElement.isCfnElement(resource) ? stack.resolve(resource.logicalId) as string : resource.node.path;
    // The name of a nested stack is known at deployment only, and would make stacks wait for each other.
    return stack === Stack.of(this.scope) ? id : `${stack.node.path}/${id}`;
  }
}

/** Met where everything that there is for it holds: half of an answer is none. */
function aboutControl(evidence: readonly ControlEvidence[], field: keyof ControlMappings, control: string) {
  const about = evidence.filter(({ mappings }) => mappings[field]?.includes(control));
  const making = about.filter(({ looks }) => !looks);
  return {
    making,
    looking: about.filter(({ looks }) => looks),
    met: making.length > 0 && making.every(({ resources }) => resources.length > 0),
  };
}

/** In the order of the standard: 2 before 10. */
function controlsOf(evidence: readonly ControlEvidence[], field: keyof ControlMappings): string[] {
  return [...new Set(evidence.flatMap(({ mappings }) => mappings[field] ?? []))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function namesOf(evidence: readonly ControlEvidence[]): string[] { return [...new Set(evidence.flatMap(({ resources }) => resources))].sort(); }

function code(resources: readonly string[]): string { return resources.map((one) => `\`${one}\``).join(', '); }

/** A bar would end the cell. */
function cell(text: string): string { return text.replaceAll('|', '\\|').replaceAll('\n', ' '); }
