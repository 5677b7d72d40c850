import { HeadBucketCommand, UpdateObjectEncryptionCommand } from '@aws-sdk/client-s3';
import { TARGET } from './fake-store';
import { preflight } from '../../src/core';

/** An endpoint that answers everything, and the question about UpdateObjectEncryption with this. */
function endpointThat(answersUpdate: () => unknown): { sent: string[]; run: () => ReturnType<typeof preflight> } {
  const sent: string[] = [];
  const send = async (command: object): Promise<unknown> => {
    sent.push(command.constructor.name);
    if (command instanceof UpdateObjectEncryptionCommand) { return answersUpdate(); }
    if (command instanceof HeadBucketCommand) { return { BucketRegion: 'us-east-1' }; }
    return {};
  };
  return {
    sent, run: async () => preflight({ s3: { send: send as never }, bucket: 'data', target: TARGET, foreignEndpoint: true, probeKey: 'nobody-has-this' }),
  };
}

function answer(name: string, status: number, message = name): never {
  throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

describe('whether an endpoint knows UpdateObjectEncryption', () => {
  test.each<[string, () => unknown, boolean]>([
    ['no such key: it does', () => answer('NoSuchKey', 404), true],
    ['not allowed, by its name: it does', () => answer('AccessDenied', 403, 'User x is not authorized to perform: s3:UpdateObjectEncryption'), true],
    ['not allowed, without a name: it may have taken it for an upload', () => answer('AccessDenied', 403, 'Access Denied'), false],
    ['not implemented: it does not', () => answer('NotImplemented', 501), false],
    ['success for a key that nobody has: it took it for an upload', () => ({}), false],
  ])('%s', async (_, answers, update) => {
    expect((await endpointThat(answers).run()).abilities.update).toBe(update);
  });

  test('what it made of the question is removed', async () => {
    const { sent, run } = endpointThat(() => ({}));
    await run();
    expect(sent).toContain('DeleteObjectCommand');
  });

  // A run without updates would copy every object: new dates, old versions left, twice the requests.
  test.each([['SlowDown', 503], ['InternalError', 500], ['RequestTimeout', 400]])('%s is not an answer: the run does not begin', async (name, status) => {
    await expect(endpointThat(() => answer(name, status)).run()).rejects.toMatchObject({ code: name, meaning: 'retryable' });
  });
});
