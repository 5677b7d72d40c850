const WINDOW = 30_000;

/** How fast it goes now: over the last half minute, so that a storm that is over no longer counts. */
export class Speed {
  private readonly samples: { readonly at: number; readonly objects: number }[] = [];

  /** @param at milliseconds */
  public note(at: number, objects: number): void {
    this.samples.push({ at, objects });
    while (this.samples.length > 2 && this.samples[1].at <= at - WINDOW) { this.samples.shift(); }
  }

  public get perSecond(): number {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    return first === undefined || last === undefined || last.at === first.at ? 0 : (last.objects - first.objects) / (last.at - first.at) * 1000;
  }

  /** Undefined while nobody can tell. */
  public secondsFor(objects: number): number | undefined { return this.perSecond > 0 ? objects / this.perSecond : undefined; }
}
