import { type Body, Bucket } from './objects';

/** What each operation was asked for, and how often. */
export type Counts = Record<string, number>;

/** Bytes from one position up to, and without, another of a body. */
export interface Part {
  readonly etag: string;
  readonly body: Body;
  readonly from: number;
  readonly to: number;
}

interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Part>;
}

/** Everything that the server knows. */
export class State {
  public readonly buckets = new Map<string, Bucket>();
  public readonly uploads = new Map<string, Upload>();
  public readonly disabledKeys = new Set<string>();
  public counts: Counts = {};

  public bucket(name: string): Bucket {
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      bucket = new Bucket();
      this.buckets.set(name, bucket);
    }
    return bucket;
  }
}
