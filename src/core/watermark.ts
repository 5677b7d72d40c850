import type { Outcome } from './outcome';
import type { NumberedPage } from './pages';
import type { Marker } from './store';
import { add, count, noTotals, type Totals } from './totals';

/** A page of which some objects are still on their way. */
export class OpenPage {
  public readonly totals: Totals = noTotals();
  public readonly records: Outcome[] = [];
  public readonly end: Marker | undefined;
  private waiting: number;

  constructor(page: NumberedPage) {
    this.end = page.end;
    this.waiting = page.versions.length;
  }

  public settle(outcome: Outcome): void {
    count(this.totals, outcome);
    if (outcome.kind === 'failed' || outcome.kind === 'exception') { this.records.push(outcome); }
    this.waiting--;
  }

  public get isDone(): boolean { return this.waiting === 0; }
}

/**
 * Pages end in any order; what may be committed is the unbroken row of finished pages from the start. A page that never
 * ends would let the row grow, so who adds pages has to wait while there are too many.
 */
export class Watermark {
  public readonly totals: Totals;
  private readonly open: OpenPage[] = [];
  private room?: () => void;
  private cancelled = false;

  constructor(totals: Totals, private readonly limit: number) { this.totals = totals; }

  public async add(page: NumberedPage): Promise<OpenPage> {
    while (this.open.length >= this.limit && !this.cancelled) { await new Promise<void>((resolve) => { this.room = resolve; }); }
    const opened = new OpenPage(page);
    this.open.push(opened);
    return opened;
  }

  /** Nobody will finish the pages that are open: do not wait for them. */
  public cancel(): void {
    this.cancelled = true;
    this.room?.();
  }

  /** The finished pages at the front, taken off; undefined when the first page is not finished. */
  public advance(): { marker: Marker | undefined; records: Outcome[]; pages: number } | undefined {
    const records: Outcome[] = [];
    let marker: Marker | undefined;
    let pages = 0;
    for (let first = this.open[0]; first?.isDone; first = this.open[0]) {
      this.open.shift();
      add(this.totals, first.totals);
      records.push(...first.records);
      marker = first.end;
      pages++;
    }
    if (pages === 0) { return undefined; }
    this.room?.();
    return { marker, records, pages };
  }
}
