import { RegionInfo } from 'aws-cdk-lib/region-info';
import { canonical } from '../private/final-state';

/**
 * A value of a template as text, in which the same reference is the same text however it is written: as `Ref`, `Fn::GetAtt`, `Fn::Join`
 * or `Fn::Sub`.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
 */
export function flat(value: unknown): string {
  if (typeof value === 'string') { return value; }
  const [[name, argument] = ['', undefined]] = Object.entries((value ?? {}) as Record<string, unknown>);
  const parts = Array.isArray(argument) ? argument as unknown[] : [];
  switch (name) {
    case 'Ref': return `\${${String(argument)}}`;
    case 'Fn::GetAtt': return typeof argument === 'string' || parts.every((part) => typeof part === 'string') ? `\${${[argument].flat().join('.')}}` : unread(value);
    case 'Fn::Join': return Array.isArray(parts[1]) ? parts[1].map(flat).join(String(parts[0])) : unread(value);
    case 'Fn::Sub': return substituted(argument) ?? unread(value);
    default: return unread(value);
  }
}

/** What a value may be in the end: each branch of the conditions in it. */
export function branchesOf(value: unknown): unknown[] {
  const branches = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)['Fn::If'] : undefined;
  return Array.isArray(branches) ? branches.slice(1).flatMap(branchesOf) : [value];
}

/** The pseudo parameters that an environment gives values, in a text of `flat()`. */
export function located(text: string, region: string | undefined, account: string | undefined): string {
  const partition = region === undefined ? undefined : RegionInfo.get(region).partition;
  const values: Readonly<Record<string, string | undefined>> = { Region: region, AccountId: account, Partition: partition };
  return text.replace(/\$\{AWS::(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function substituted(argument: unknown): string | undefined {
  if (typeof argument === 'string') { return argument; }
  const [text, values] = Array.isArray(argument) ? argument as unknown[] : [];
  if (typeof text !== 'string') { return undefined; }
  const given = (values ?? {}) as Readonly<Record<string, unknown>>;
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => (name in given ? flat(given[name]) : whole));
}

/** Without the `/` that tells a bucket from its objects. */
function unread(value: unknown): string { return `<${canonical(value)?.replaceAll('/', '|')}>`; }
