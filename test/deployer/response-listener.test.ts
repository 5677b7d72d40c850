import { ResponseListener } from '../../deployer/custom-resource/response-listener';

let listener: ResponseListener;
beforeEach(async () => { listener = await ResponseListener.open(); });
afterEach(async () => listener.close());

const send = async (url: string, method: string, body: object) => (await fetch(url, { method, body: JSON.stringify(body) })).status;

describe('ResponseListener', () => {
  test('listens on this machine only, at an address that nobody can guess', () => {
    expect(listener.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}$/);
  });

  test('takes what is put to its address', async () => {
    expect(await send(listener.url, 'PUT', { Status: 'SUCCESS', PhysicalResourceId: 'x' })).toBe(200);
    await expect(listener.response).resolves.toEqual({ Status: 'SUCCESS', PhysicalResourceId: 'x' });
  });

  test('takes nothing else', async () => {
    expect(await send(new URL('/other', listener.url).href, 'PUT', { Status: 'FAILED' })).toBe(403);
    expect(await send(listener.url, 'POST', { Status: 'FAILED' })).toBe(403);
    expect(await send(listener.url, 'PUT', { Status: 'SUCCESS' })).toBe(200);
    await expect(listener.response).resolves.toEqual({ Status: 'SUCCESS' });
  });

  test('fails on what is no response', async () => {
    await send(listener.url, 'PUT', ['SUCCESS']);
    await expect(listener.response).rejects.toThrow('no Status of SUCCESS or FAILED');
  });
});
