import { RefusedError } from './errors';

/**
 * Sorts names so that each comes after what it depends on. Among equals the given order stays,
 * so that a deployment is the same every time.
 *
 * @param what what the names are, for the error that names a cycle
 */
export function inDependencyOrder(names: readonly string[], dependenciesOf: (name: string) => readonly string[], what: string): string[] {
  const ordered: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (done.has(name)) return;
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' -> ');
      throw new RefusedError(`${what} depend on each other in a cycle: ${cycle}`);
    }
    for (const dependency of dependenciesOf(name)) visit(dependency, [...path, name]);
    done.add(name);
    ordered.push(name);
  };
  for (const name of names) visit(name, []);
  return ordered;
}
