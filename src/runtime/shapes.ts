import type { Totals } from '../core';

/** A job of S3 Batch Operations, as the state machine hands it on. */
export interface JobEntry {
  readonly name: string;
  readonly source: string;
  readonly engine: 'update' | 'copy' | 'lambda' | 'count';
  readonly large?: boolean;
  readonly jobId: string;
  readonly status: string;
  readonly total: number;
  readonly succeeded?: number;
  readonly failed?: number;
}

/** A list that is input of a job. */
export interface ManifestEntry {
  readonly objectArn: string;
  readonly etag: string;
  readonly rows: number;
  /** Whether every row names a version. None does otherwise: S3 takes no mixture. */
  readonly versioned: boolean;
}

/** What reading reports has come to until now. Small, because it travels through the state machine. */
export interface ReadState {
  done: boolean;
  /** The next result file: by the index of the job, and of the file in its report. */
  cursor: { job: number; file: number };
  /** How often the function was called for this: it makes the names of the lists. */
  calls: number;
  totals: Totals;
  /** Exceptions among the objects of lists: what S3 counts by encryption does not have to contain them. */
  listedExceptions?: number;
  failures: Record<string, number>;
  manifests: ManifestEntry[];
  /** Addresses of what a person has to look at. */
  lists: string[];
}
