/** What the definition has of the stack. */
export interface MachineSettings {
  readonly partition: string;
  readonly functionArn: string;
  readonly resultsBucket: string;
  /** What the function is told with each step: `ReportSettings` of src/runtime/object-report.ts. */
  readonly settings: object;
}

/** Longer than any query of Athena may take, twice. https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const LONGEST_SECONDS = 6 * 3600;

const BUSY = ['Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException', 'Lambda.ClientExecutionTimeoutException'];

/** One function, step by step, with waits in between: the States Language reads no rows, and a function does not wait for hours. */
export function definition({ partition, functionArn, resultsBucket, settings }: MachineSettings): object {
  return {
    Comment: 'Counts the objects of a bucket that are not encrypted as they should be. Takes no input',
    StartAt: 'Begin',
    TimeoutSeconds: LONGEST_SECONDS,
    States: {
      Begin: { Type: 'Pass', Parameters: { 'run.$': '$$.Execution.Name', 'state': null }, Next: 'Advance' },
      Advance: {
        Type: 'Task',
        Resource: `arn:${partition}:states:::lambda:invoke`,
        Parameters: { FunctionName: functionArn, Payload: { 'run.$': '$.run', 'state.$': '$.state', resultsBucket, settings } },
        TimeoutSeconds: 300,
        Retry: [{ ErrorEquals: BUSY, IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 5, MaxDelaySeconds: 120, JitterStrategy: 'FULL' }],
        ResultSelector: { 'value.$': '$.Payload' },
        ResultPath: '$.answer',
        Next: 'Keep',
      },
      Keep: { Type: 'Pass', InputPath: '$.answer.value', ResultPath: '$.state', Next: 'Done' },
      Done: { Type: 'Choice', Choices: [{ Variable: '$.state.done', BooleanEquals: true, Next: 'Reported' }], Default: 'Wait' },
      Wait: { Type: 'Wait', SecondsPath: '$.state.wait', Next: 'Advance' },
      Reported: { Type: 'Pass', InputPath: '$.state.report', End: true },
    },
  };
}
