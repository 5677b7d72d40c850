import { type Answer, type Column, MOST_ROWS, type Row } from './question';
import { type EventRecord, isDenied, textAt } from './record';

interface Sum { readonly group: string[]; calls: number; denied: number; first: string; last: string; example: string }

/** Counts by group, as `count(*) … GROUP BY` does. */
export class Tally {
  private readonly sums = new Map<string, Sum>();

  public add(group: string[], record: EventRecord, example = ''): void {
    const id = JSON.stringify(group);
    const at = textAt(record, 'eventTime') ?? '';
    const sum = this.sums.get(id) ?? { group, calls: 0, denied: 0, first: at, last: at, example };
    sum.calls += 1;
    sum.denied += isDenied(record) ? 1 : 0;
    if (at < sum.first) { sum.first = at; sum.example = example; }
    if (at > sum.last) { sum.last = at; }
    this.sums.set(id, sum);
  }

  /** The most calls first, and where they are as many by the groups: always in one order. */
  public rows(columns: readonly Column[], values: (sum: Sum) => (string | number)[], keep: (group: string[]) => boolean = () => true): Row[] {
    return [...this.sums.values()]
      .filter(({ group }) => keep(group))
      .sort((a, b) => b.calls - a.calls || compare(a.group, b.group))
      .slice(0, MOST_ROWS)
      .map((sum) => rowOf(columns, values(sum)));
  }
}

/** Every event that was picked, in the order in which they happened. */
export class Log implements Answer {
  private readonly picked: string[][] = [];

  /** The first of the values is the time. */
  constructor(private readonly columns: readonly Column[], private readonly pick: (record: EventRecord) => string[] | undefined) {}

  public add(record: EventRecord): void {
    const values = this.pick(record);
    if (values !== undefined) { this.picked.push(values); }
  }

  public rows(): Row[] {
    return this.picked.sort(compare).slice(0, MOST_ROWS).map((values) => rowOf(this.columns, values));
  }
}

function rowOf(columns: readonly Column[], values: readonly (string | number)[]): Row {
  return Object.fromEntries(columns.map(({ name }, index) => [name, values[index] as string | number]));
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? '';
    if (left !== right) { return left < right ? -1 : 1; }
  }
  return 0;
}
