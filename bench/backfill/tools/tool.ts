/** A way to bring all objects of a bucket under a key. */
export interface Tool {
  /** As `--only` names it. */
  readonly name: string;
  /** What it is, with its version. */
  readonly title: string;
  /** It can name no key: the bucket has to. */
  readonly needsDefaultEncryption?: boolean;
  /**
   * Makes it ready in this folder, which is kept for the next time.
   *
   * @throws Error that says why it cannot be had here
   */
  install(cache: string): void;
  /** The settings to choose from: the fastest is measured. */
  settings(job: ToolJob): readonly Setting[];
}

export interface ToolJob {
  readonly cache: string;
  readonly endpoint: string;
  readonly bucket: string;
  readonly keyArn: string;
  /** Of this run alone. */
  readonly folder: string;
}

export interface Setting {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Exit codes that mean that it did what it could. */
  readonly good?: readonly number[];
}
