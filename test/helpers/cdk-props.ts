import { readFileSync } from 'fs';
import { dirname, join } from 'path';
import * as ts from 'typescript';

/** The names of the properties of an interface in a type declaration of the installed aws-cdk-lib. */
export function propsOf(declaration: string, name: string): string[] {
  const path = join(dirname(require.resolve('aws-cdk-lib/package.json')), declaration);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const found = source.statements.find((statement): statement is ts.InterfaceDeclaration =>
    ts.isInterfaceDeclaration(statement) && statement.name.text === name);
  if (found === undefined) { throw new Error(`${declaration} declares no interface ${name}`); }
  return found.members.map((member) => (member.name as ts.Identifier).text).sort();
}
