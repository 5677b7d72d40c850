/** What the state machine is about, with the tokens of the stack in it. */
export interface Settings {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly keyArn: string;
  readonly bucketKey: boolean;
  /** Keys whose objects are read: each must be enabled before and during the work. */
  readonly sourceKeyArns: readonly string[];
  readonly operationsBucketName: string;
  readonly operationsBucketArn: string;
  readonly batchRoleArn: string;
  /** Versions, pinned: jobs run for days, and a deployment must not change what they call. */
  readonly reencryptArn: string;
  readonly classifyArn: string;
  readonly topicArn?: string;
  readonly prefix?: string;
  readonly noncurrent: boolean;
  /** Where a report keeps its lists, if one is a source. */
  readonly listsBucketName?: string;
  /** Copies by S3 itself, where the bucket turns out to allow them. */
  readonly copiesByS3: boolean;
  /** Whether a run may start without anybody naming a plan. */
  readonly unconfirmed: boolean;
  /** Tells plans of this configuration from those of another. */
  readonly configuration: string;
  /** What every job of this construct begins its description with. */
  readonly description: string;
  readonly jobs: { readonly copiesByS3: readonly JobTemplate[]; readonly copiesByFunction: readonly JobTemplate[] };
}

/** One job of S3 Batch Operations. A manifest filter takes exactly one type of encryption. */
export interface JobTemplate {
  readonly name: string;
  readonly source: string;
  /** `count` is never run: its manifest says how many there are. */
  readonly engine: 'update' | 'copy' | 'lambda' | 'count';
  readonly large: boolean;
  readonly operation: object;
  readonly filter: object;
  readonly reportScope: 'FailedTasksOnly' | 'AllTasks';
}
