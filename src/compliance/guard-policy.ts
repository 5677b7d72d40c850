import { readFileSync } from 'fs';
import { join } from 'path';

/** Where the Guard rules are, seen from `lib/compliance` and from `src/compliance`. */
const FOLDER = join(__dirname, '..', '..', 'assets', 'compliance', 'rules');

/**
 * A rule of `rules/` with the values of this stack in place of those that its file has as examples.
 *
 * Comments stay behind: AWS Config takes 10,000 characters.
 * https://docs.aws.amazon.com/config/latest/APIReference/API_CustomPolicyDetails.html
 */
export function guardPolicy(name: string, parameters: Readonly<Record<string, readonly string[]>>): string {
  const lines = readFileSync(join(FOLDER, `${name}.guard`), 'utf8').split('\n').filter((line) => !line.startsWith('#'));
  return `${lines.map((line) => {
    const parameter = /^let (\w+) = /.exec(line)?.[1];
    if (parameter === undefined) { return line; }
    if (!Object.hasOwn(parameters, parameter)) { throw new Error(`the rule ${name} needs the parameter ${parameter}`); }
    return `let ${parameter} = [${parameters[parameter].map((value) => `"${value}"`).join(', ')}]`;
  }).join('\n').trim()}\n`;
}
