import { javaName } from './java-names';
import { ParameterError } from './model';
import type { ServiceOfSdk } from './services';
import { ServiceError } from '../service/service-error';

/** An error that a state machine can catch by its name. */
export class TaskError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** What S3 answers without a body has another name in Java. */
const WITHOUT_BODY: Readonly<Record<string, string>> = { headObject: 'NoSuchKeyException', headBucket: 'NoSuchBucketException' };

/**
 * The error of a call, named as Step Functions names it: the prefix of the service and the exception of the SDK for
 * Java. What the model of the service does not name is the exception of the whole service, as `S3.S3Exception`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function nameError(error: unknown, service: ServiceOfSdk, action: string): TaskError {
  if (error instanceof TaskError) return error;
  // Bad parameters are not the service's error, and no Catch gets them.
  if (error instanceof ParameterError) return Object.assign(new TaskError('States.Runtime', error.message), { isRetryable: false, isCatchable: false });
  const { name, message, $metadata: metadata } = error as Error & { $metadata?: { httpStatusCode?: number; requestId?: string } };
  const status = error instanceof ServiceError ? error.status : metadata?.httpStatusCode;
  if (status === undefined) return new TaskError(`${service.prefix}.SdkClientException`, `Unable to execute HTTP request: ${message}`);
  const cause = `${message} (Service: ${service.prefix}, Status Code: ${status}, Request ID: ${metadata?.requestId ?? 'local'}) (SDK Attempt Count: 1)`;
  return new TaskError(`${service.prefix}.${exceptionOf(name, service, action)}`, cause);
}

function exceptionOf(name: string, service: ServiceOfSdk, action: string): string {
  if (service.prefix === 'S3' && name === 'NotFound' && Object.hasOwn(WITHOUT_BODY, action)) return WITHOUT_BODY[action];
  const modelled = [name, `${name}Exception`].find((candidate) => {
    const found = service.module[candidate];
    return typeof found === 'function' && found.prototype instanceof Error;
  });
  if (modelled === undefined) return `${service.prefix}Exception`;
  const java = javaName(modelled).replace(/Fault$/, 'Exception');
  return java.endsWith('Exception') ? java : `${java}Exception`;
}
