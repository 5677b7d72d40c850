import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionDefinition } from '../../emulator/lambda/function-definition';
import type { FunctionHost, Invocation } from '../../emulator/lambda/function-host';
import { isRecord } from '../values';
import { type CustomResourceResponse, ResponseListener } from './response-listener';

const LATE_RESPONSE_MILLISECONDS = 100;
const GRACE_MILLISECONDS = 2000;

/** Calls a function as CloudFormation does: with an event that holds a ResponseURL, waiting for what is put there. */
export async function invoke(
  functions: FunctionHost, { arn, timeoutSeconds }: FunctionDefinition, event: Record<string, unknown>, serviceTimeoutSeconds: number,
): Promise<CustomResourceResponse> {
  const listener = await ResponseListener.open();
  const seconds = Math.min(serviceTimeoutSeconds, timeoutSeconds);
  const invocation = functions.invoke(arn, { ...event, ResponseURL: listener.url }, seconds * 1000);
  try {
    const response = await Promise.race([listener.response, invocation.then(async (ended) => {
      // What the handler sent last may still be on its way when it has ended.
      await sleep(LATE_RESPONSE_MILLISECONDS);
      throw new Error(`${ending(ended, seconds)} to its ResponseURL; its last output:\n${ended.output}`);
    })]);
    // The handler may finish what it does after its response, but not for ever.
    await Promise.race([invocation, sleep(GRACE_MILLISECONDS, undefined, { ref: false })]);
    return response;
  } finally {
    await listener.close();
  }
}

function ending({ functionError, payload }: Invocation, seconds: number): string {
  if (functionError === undefined) return 'the handler ended and sent no response';
  const error: unknown = JSON.parse(payload);
  if (!isRecord(error)) return `the handler failed with ${payload} and sent no response`;
  if (error.errorType === 'Sandbox.Timedout') return `the handler sent no response within ${seconds} s`;
  return `the handler failed with ${String(error.errorType)}: ${String(error.errorMessage)}, and sent no response`;
}
