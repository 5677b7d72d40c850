/** A state of the Amazon States Language. Written as JSON, so that what is deployed is what is read here. */
export type State = Readonly<Record<string, unknown>>;
export type States = Readonly<Record<string, State>>;

/** What a throttled or failing service answers, by the names that Step Functions gives them. */
const BUSY = [
  'S3Control.TooManyRequestsException', 'S3Control.InternalServiceException', 'Kms.KmsInternalException', 'Kms.DependencyTimeoutException',
  'Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException', 'States.Timeout',
];
/** What the SDK has no name for: a 503, but a denial too, which no patience mends. */
const UNNAMED = ['S3Control.S3ControlException', 'S3.S3Exception', 'Kms.KmsException', 'Sfn.SfnException', 'Sns.SnsException', 'CloudWatch.CloudWatchException'];

/** With jitter, since several jobs ask at once; for about ten minutes. */
export const RETRY = [
  { ErrorEquals: BUSY, IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 7, MaxDelaySeconds: 300, JitterStrategy: 'FULL' },
  { ErrorEquals: UNNAMED, IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 2, JitterStrategy: 'FULL' },
];

/** A call of an AWS API, by the names that Step Functions gives parameters: those of the SDK for Java. */
export function call(partition: string, operation: string, parameters: object, rest: State): State {
  return { Type: 'Task', Resource: `arn:${partition}:states:::aws-sdk:${operation}`, Parameters: parameters, TimeoutSeconds: 60, Retry: RETRY, ...rest };
}

/** The function that adds up, reads reports and writes summaries: what the States Language cannot. */
export function invoke(partition: string, functionArn: string, payload: object, rest: State): State {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArn, Payload: payload },
    TimeoutSeconds: 900,
    Retry: RETRY,
    ResultSelector: { 'value.$': '$.Payload' },
    ...rest,
  };
}

/** A failure with a message that has values in it; inside of an item it ends that, and with it the Map. */
export function failWith(name: string, error: string, format: string, ...paths: string[]): States {
  return {
    [name]: { ...failure(error, format, paths), Next: `${name}Failed` },
    [`${name}Failed`]: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
  };
}

/** The same outside of items, where everybody who waits is told first. */
export function stopWith(name: string, error: string, format: string, ...paths: string[]): States {
  return { [name]: { ...failure(error, format, paths), Next: 'TellFailure' } };
}

function failure(error: string, format: string, paths: string[]): State {
  const argumentsOf = paths.map((path) => `, ${path}`).join('');
  return { Type: 'Pass', Parameters: { 'Error': error, 'Cause.$': `States.Format('${literal(format)}'${argumentsOf})` }, ResultPath: '$.failure' };
}

/** Text within an intrinsic function. `{}` stays, for the values. */
export function literal(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/'/g, "\\'");
}
