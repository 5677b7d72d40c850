export interface Mutant { readonly what: string; readonly rule: string }

/**
 * A rule with one thing less, for each thing that it asks for: a condition of `when`, a clause, a value of a
 * list, an alternative, and what a pattern wants.
 */
export function mutants(rule: string): Mutant[] {
  const lines = rule.split('\n');
  const found: Mutant[] = [];
  const swap = (at: number, what: string, ...replacement: string[]) => {
    found.push({ what: `line ${at + 1}: ${what}`, rule: [...lines.slice(0, at), ...replacement, ...lines.slice(at + 1)].join('\n') });
  };
  lines.forEach((line, at) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) { return; }
    if (trimmed.startsWith('let ')) {
      if (line.includes('Type == ')) { swap(at, 'any type', line.replace(/Type == "[^"]*"/, 'Type exists')); }
      if (/ Properties\.\w+ exists \]/.test(line)) { swap(at, 'whatever it has', line.replace(/ Properties\.\w+ exists \]/, ' ]')); }
      return;
    }
    if (/^rule .*resourceType == /.test(trimmed)) { swap(at, 'any type', line.replace(/resourceType == "[^"]*"/, 'resourceType exists')); }
    // A condition of `when`, on a line of its own.
    if (/^(resource|configuration)\w*(\.| ).* (IN|!=) /.test(trimmed) && !trimmed.includes('<<')) {
      swap(at, 'no such condition', ...trimmed.endsWith('{') ? [' {'] : []);
    }
    // A clause with its message; of an alternative that goes on, only the first half.
    if (trimmed.includes('<<') && !trimmed.startsWith('<<')) { swap(at, 'no such clause', ''); }
    if (/ or$/.test(trimmed)) { swap(at, 'one alternative only', ''); }
    if (trimmed.endsWith('or configurationItemStatus not IN ["ResourceDeleted", "ResourceDeletedNotRecorded"]') || / !exists or /.test(trimmed)) {
      swap(at, 'a missing field is not asked about', line.replace(/\S+ !exists or /, ''));
    }
    // A value of a list in place.
    const list = /IN \[([^\]]*)\]/.exec(line);
    for (const value of list === null ? [] : list[1].split(/, */)) {
      swap(at, `without ${value}`, line.replace(list![0], `IN [${list![1].split(/, */).filter((one) => one !== value).join(', ')}]`));
    }
    const kinds = /\^\(([A-Z0-9_|]+)\)/.exec(line);
    for (const value of kinds === null ? [] : kinds[1].split('|')) {
      swap(at, `without ${value}`, line.replace(kinds![1], kinds![1].split('|').filter((one) => one !== value).join('|')));
    }
    // What a pattern wants of each member of a statement.
    const member = /^"(Effect|Principal|Action|Resource|Condition|Sid)" \\s\*:\\s\*/.exec(trimmed);
    if (member !== null) {
      const last = /\|$/.test(trimmed) ? ' |' : '';
      const anything = '( "[^"]*" | false | \\[ [^\\]]* \\] | \\{ ( [^{}] | \\{ [^{}]* \\} )* \\} )';
      if (member[1] !== 'Sid' && trimmed !== '"Resource" \\s*:\\s* \\[ \\s* (') { swap(at, `any ${member[1]}`, `"${member[1]}" \\s*:\\s* ${anything}${last}`); }
      if (trimmed !== '"Resource" \\s*:\\s* \\[ \\s* (') { swap(at, `no ${member[1]}`, `"X" \\s*:\\s* "x"${last}`); }
    }
    if (/^"arn.*,.*/.test(trimmed)) { swap(at, 'one order only', /\|$/.test(trimmed) ? '"x" |' : '"x"'); }
    if (trimmed.startsWith('){4,6}')) { swap(at, 'three are enough', '){3,6}'); swap(at, 'five at least', '){5,6}'); swap(at, 'five at most', '){4,5}'); }
    [...line.matchAll(/\| ?([^|()]+?) ?\)/g)].forEach((match) => { swap(at, `without ${match[1]}`, line.replace(match[0], ')')); });
    [...line.matchAll(/\( ?([^|()]+?) ?\|/g)].forEach((match) => { swap(at, `without ${match[1]}`, line.replace(match[0], '(')); });
  });
  return found;
}
