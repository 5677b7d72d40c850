import { AbortMultipartUploadCommand, type S3Client } from '@aws-sdk/client-s3';
import { StoreError } from '../core';

type Client = Pick<S3Client, 'send'>;

/** A client whose requests end when the function has to, so that it can still end its upload and say so. */
export function until(client: Client, signal: AbortSignal): Client {
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    // Nobody pays for parts that belong to nothing.
    if (command instanceof AbortMultipartUploadCommand) { return client.send(command); }
    try {
      return await client.send(command as never, { abortSignal: signal });
    } catch (error) {
      if (!signal.aborted) { throw error; }
      throw new StoreError('OutOfTime', 'the function has no time left to copy it, and gave up: S3 tries again; the command has no such limit', 'retryable', { cause: error });
    }
  };
  return { send: send as Client['send'] };
}
