export interface Mutant { readonly what: string; readonly rule: string }

/** Every place of a text in a line. */
function each(line: string, text: string): { readonly before: string; readonly after: string }[] {
  const parts = line.split(text);
  return parts.slice(1).map((_, at) => ({ before: parts.slice(0, at + 1).join(text), after: parts.slice(at + 1).join(text) }));
}

/**
 * A rule with one thing less, for each thing that it asks for: a condition of `when`, a clause, a value of a
 * list, an alternative, and what a pattern wants.
 */
export function mutants(rule: string): Mutant[] {
  const lines = rule.split('\n');
  const found: Mutant[] = [];
  const swapMany = (from: number, to: number, what: string, ...replacement: string[]) => {
    found.push({ what: `line ${from + 1}: ${what}`, rule: [...lines.slice(0, from), ...replacement, ...lines.slice(to + 1)].join('\n') });
  };
  const swap = (at: number, what: string, ...replacement: string[]) => { swapMany(at, at, what, ...replacement); };
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
    // A clause with its message. The last of alternatives takes the 'or' before it along, and the only one of a block leaves what is always true.
    if (trimmed.includes('<<') && !trimmed.startsWith('<<')) {
      const before = lines[at - 1] ?? '';
      if (/ or$/.test(before)) {
        swapMany(at - 1, at, 'without the last alternative', before.replace(/ or$/, ''));
      } else {
        swap(at, 'no such clause', /\{$/.test(before) && lines[at + 1]?.trim() === '}' ? 'this exists' : '');
      }
    }
    if (/ or$/.test(trimmed)) { swap(at, 'one alternative only', ''); }
    if (trimmed.endsWith('or configurationItemStatus not IN ["ResourceDeleted", "ResourceDeletedNotRecorded"]') || / !exists or /.test(trimmed)) {
      swap(at, 'a missing field is not asked about', line.replace(/\S+ !exists or /, ''));
    }
    each(line, '[*]').forEach(({ before, after }, nth) => { swap(at, `the first one alone, ${nth}`, `${before}[0]${after}`); });
    // What a pattern says of a bucket, and of all of its objects.
    each(line, '[A-Za-z0-9._-]+').forEach(({ before, after }, nth) => { swap(at, `any bucket, ${nth}`, `${before}.*${after}`); });
    each(line, '\\/\\*"').forEach(({ before, after }, nth) => { swap(at, `the bucket for its objects, ${nth}`, `${before}"${after}`); });
    if (/^rule \w+ when %\w+ !empty \{$/.test(trimmed)) { swap(at, 'whether there is one or not', line.replace(/ when %\w+ !empty/, '')); }
    if (line.includes('/^')) { swap(at, 'anywhere in the text', line.replace('/^', '/')); }
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
      // One that goes on ends where its alternatives do.
      const end = trimmed.endsWith('(') ? lines.findIndex((other, index) => index > at && /^\) \\\] ?\|?$/.test(other.trim())) : at;
      const bar = end === at ? last : ' |';
      if (member[1] !== 'Sid') { swapMany(at, end, `any ${member[1]}`, `"${member[1]}" \\s*:\\s* ${anything}${bar}`); }
      swapMany(at, end, `no ${member[1]}`, `"X" \\s*:\\s* "x"${bar}`);
    }
    if (/^"arn.*,.*/.test(trimmed)) { swap(at, 'one order only', /\|$/.test(trimmed) ? '"x" |' : '"x"'); }
    if (trimmed.startsWith('){4,6}')) { swap(at, 'three are enough', '){3,6}'); swap(at, 'five at least', '){5,6}'); swap(at, 'five at most', '){4,5}'); }
    [...line.matchAll(/\| ?([^|()]+?) ?\)/g)].forEach((match) => { swap(at, `without ${match[1]}`, line.replace(match[0], ')')); });
    [...line.matchAll(/\( ?([^|()]+?) ?\|/g)].forEach((match) => { swap(at, `without ${match[1]}`, line.replace(match[0], '(')); });
  });
  return found;
}
