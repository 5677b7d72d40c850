/** The code of a Lambda function, ready to run on this machine. */
export interface StoredFunction {
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  /** The folder that holds the code. */
  readonly directory: string;
  readonly handler: string;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Record<string, string>;
}

/** The functions of a deployment. They are kept here, and not sent to the endpoint: local endpoints do not run Node code. */
export class FunctionStore {
  private readonly functions = new Map<string, StoredFunction>();

  public add(stored: StoredFunction): void {
    if (this.functions.has(stored.arn)) throw new Error(`function ${stored.name} exists already`);
    this.functions.set(stored.arn, stored);
  }

  public remove(arn: string): void {
    this.functions.delete(arn);
  }

  public find(arn: string): StoredFunction | undefined {
    return this.functions.get(arn);
  }

  public list(): StoredFunction[] {
    return [...this.functions.values()];
  }
}
