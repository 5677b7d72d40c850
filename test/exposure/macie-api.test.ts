import { createHash, createHmac } from 'node:crypto';
import { MacieApi, type MacieError } from '../../src/runtime/macie/macie-api';

const NOW = new Date('2026-11-20T10:00:00Z');
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

interface Sent { readonly url: string; readonly init: { method: string; headers: [string, string][]; body?: string } }

/** An API whose answers are given one after the other, and what was sent and slept. */
function api(...answers: (Response | Error)[]) {
  const sent: Sent[] = [];
  const slept: number[] = [];
  const macie = new MacieApi({
    endpoint: 'https://macie2.eu-west-1.amazonaws.com',
    region: 'eu-west-1',
    credentials: () => CREDENTIALS,
    clock: { now: () => NOW, sleep: async (milliseconds) => { slept.push(milliseconds); } },
    fetch: (async (url: string, init: Sent['init']) => {
      sent.push({ url, init });
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      if (answer instanceof Error) { throw answer; }
      return answer.clone();
    }) as unknown as typeof fetch,
  });
  return { macie, sent, slept };
}

const json = (status: number, body: object, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers });
const failure = (code: string, message = 'no', status = 400) => json(status, { message }, { 'x-amzn-errortype': `${code}:http://internal.amazon.com/` });

test('a request is signed for Macie, with its path encoded once more', async () => {
  const { macie, sent } = api(json(200, { a: 1 }));
  const path = `/tags/${encodeURIComponent('arn:aws:macie2:eu-west-1:111122223333:classification-job/1')}`;
  expect(await macie.call('POST', path, { tags: { a: 'b' } })).toEqual({ a: 1 });
  const [{ url, init }] = sent;
  expect(url).toBe(`https://macie2.eu-west-1.amazonaws.com${path}`);
  const headers = Object.fromEntries(init.headers);
  expect(headers['x-amz-security-token']).toBe('token');

  // Written out as the guide has it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const canonical = [
    'POST', '/tags/arn%253Aaws%253Amacie2%253Aeu-west-1%253A111122223333%253Aclassification-job%252F1', '',
    'content-type:application/json', 'host:macie2.eu-west-1.amazonaws.com', 'x-amz-date:20261120T100000Z', 'x-amz-security-token:token', '',
    'content-type;host;x-amz-date;x-amz-security-token', sha256('{"tags":{"a":"b"}}'),
  ].join('\n');
  const scope = '20261120/eu-west-1/macie2/aws4_request';
  const key = ['20261120', 'eu-west-1', 'macie2', 'aws4_request'].reduce<string | Buffer>((secret, step) => mac(secret, step), 'AWS4secret');
  const signature = mac(key, `AWS4-HMAC-SHA256\n20261120T100000Z\n${scope}\n${sha256(canonical)}`).toString('hex');
  expect(headers.authorization).toBe(`AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=${signature}`);
});

test.each<[string, Response | Error]>([
  ['throttling', failure('ThrottlingException', 'slow down', 429)],
  ['an error of Macie', failure('InternalServerException', 'oops', 500)],
  ['an answer of a proxy', new Response('<html>', { status: 503 })],
  ['a broken connection', new TypeError('fetch failed', { cause: new Error('ECONNRESET') })],
  ['a policy that IAM does not know everywhere yet', failure('AccessDeniedException', 'User: x is not authorized to perform: macie2:GetMacieSession', 403)],
])('%s is tried again, with pauses that double', async (_, answer) => {
  const { macie, slept } = api(answer, answer, json(200, { status: 'ENABLED' }));
  expect(await macie.call('GET', '/macie')).toEqual({ status: 'ENABLED' });
  expect(slept).toEqual([500, 1000]);
});

test('what does not heal ends', async () => {
  const { macie, sent, slept } = api(failure('ThrottlingException', 'slow down', 429));
  await expect(macie.call('GET', '/macie')).rejects.toMatchObject({ name: 'ThrottlingException', message: 'slow down' });
  expect(sent).toHaveLength(8);
  expect(slept.reduce((sum, one) => sum + one, 0)).toBeLessThan(60_000); // the function has 5 minutes
});

test.each<[string, Response, string, string]>([
  ['the header', failure('ValidationException', 'bad'), 'ValidationException', 'bad'],
  ['the body', json(400, { __type: 'com.amazon#ConflictException', Message: 'there' }), 'ConflictException', 'there'],
  ['nowhere', new Response('what', { status: 418 }), 'Status418', 'what'],
  ['an answer that is no JSON', new Response('what', { status: 200 }), 'Status200', 'what'],
  ['a denial because Macie is off', failure('AccessDeniedException', 'Macie is not enabled.', 403), 'AccessDeniedException', 'Macie is not enabled.'],
])('an error with its code in %s is not tried again', async (_, answer, name, message) => {
  const { macie, sent } = api(answer);
  const error = await macie.call('POST', '/jobs', {}).catch((thrown: unknown) => thrown as MacieError);
  expect(error).toMatchObject({ name, message });
  expect(sent).toHaveLength(1);
});
