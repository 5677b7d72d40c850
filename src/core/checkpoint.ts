import type { Outcome } from './outcome';
import type { Marker } from './store';
import type { Totals } from './totals';

/** How far a run has come. Everything before the marker is done, or is in the records. */
export interface Checkpoint {
  readonly format: 1;
  /** What the run is about. A checkpoint of another bucket, key or choice is not continued. */
  readonly fingerprint: string;
  readonly marker?: Marker;
  readonly totals: Totals;
  readonly done: boolean;
}

/** Where checkpoints and the objects that need somebody are kept. */
export interface Ledger {
  /** The last committed checkpoint, with the records that were committed up to it and none after. */
  load(): Promise<Checkpoint | undefined>;
  /** Both or neither: a run that is killed in between finds the state before. */
  commit(checkpoint: Checkpoint, records: readonly Outcome[]): Promise<void>;
}

/** A ledger for those who do not want to continue: a plan, or one invocation of a function. */
export class NoLedger implements Ledger {
  public async load(): Promise<undefined> { return undefined; }
  public async commit(): Promise<void> { /* nothing is kept */ }
}
