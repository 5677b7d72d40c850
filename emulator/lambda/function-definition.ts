/** A Node function, ready to run on this machine. */
export interface FunctionDefinition {
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  /** The folder that holds the code. */
  readonly directory: string;
  readonly handler: string;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * How many invocations run at the same time; one more is refused with 429.
   *
   * @default - as many as the machine takes; further ones wait
   */
  readonly reservedConcurrency?: number;
  /** What a function finds in its environment about its log. Nothing is written there. */
  readonly logging?: { readonly group?: string; readonly format?: string; readonly level?: string };
  readonly tags?: Readonly<Record<string, string>>;
}

/** A statement of the policy of a function. */
export interface Permission {
  readonly id: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

/** What came of an invocation. */
export interface Outcome {
  /** `Unhandled` if the function failed. */
  readonly functionError?: string;
  /** JSON: what the function returned, or the error. */
  readonly payload: string;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export function failure(errorType: string, errorMessage: string, trace?: readonly string[]): Outcome {
  return { functionError: 'Unhandled', payload: JSON.stringify({ errorType, errorMessage, ...trace && { trace } }) };
}
