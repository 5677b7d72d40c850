import fc from 'fast-check';
import { type Answer, AnswerParser } from '../../src/core/lean/answer-parser';

interface Read { answer?: Answer; reusable: boolean }

/** Feeds the bytes in pieces of these sizes, the last one with all that is left, and then closes the connection. */
function read(text: string | Buffer, { bodiless = false, sizes = [] as readonly number[], ends = true } = {}): Read {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  const parser = new AnswerParser(bodiless);
  let at = 0;
  for (let piece = 0; at < bytes.length; piece++) {
    const size = sizes[piece] ?? bytes.length;
    const answer = parser.push(bytes.subarray(at, at + size));
    if (answer !== undefined) { return { answer, reusable: parser.reusable }; }
    at += size;
  }
  return { answer: ends ? parser.end() : undefined, reusable: parser.reusable };
}
const lines = (...each: string[]): string => each.join('\r\n');

const WHOLE: [string, string, { bodiless?: boolean }, Partial<Answer>, boolean][] = [
  ['a length', lines('HTTP/1.1 200 OK', 'Content-Length: 5', 'ETag: "e"', '', 'hello'), {}, { status: 200, headers: { 'content-length': '5', 'etag': '"e"' }, body: 'hello' }, true],
  ['no reason', lines('HTTP/1.1 200', 'Content-Length: 0', '', ''), {}, { status: 200, body: '' }, true],
  ['chunks', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '5', 'hello', '1;name="x"', '!', '00', '', ''), {}, { body: 'hello!' }, true],
  ['chunks and trailers', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked', '', 'A', '0123456789', '0', 'x-amz-checksum: z', 'b: c', '', ''), {}, { body: '0123456789' }, true],
  ['HEAD, with the length of what does not come', lines('HTTP/1.1 200 OK', 'Content-Length: 5000000000000', '', ''), { bodiless: true }, { headers: { 'content-length': '5000000000000' }, body: '' }, true],
  ['HEAD, as if chunks came', lines('HTTP/1.1 404 Not Found', 'Transfer-Encoding: chunked', '', ''), { bodiless: true }, { status: 404, body: '' }, true],
  ['204', lines('HTTP/1.1 204 No Content', '', ''), {}, { status: 204, body: '' }, true],
  ['304', lines('HTTP/1.1 304 Not Modified', 'Content-Length: 7', '', ''), {}, { status: 304, body: '' }, true],
  ['100 before it', lines('HTTP/1.1 100 Continue', '', 'HTTP/1.1 103 Early Hints', 'link: x', '', 'HTTP/1.1 200 OK', 'Content-Length: 1', '', 'x'), {}, { status: 200, headers: { 'content-length': '1' }, body: 'x' }, true],
  ['close', lines('HTTP/1.1 503 Slow Down', 'Connection: x, Close', 'Content-Length: 1', '', 'x'), {}, { status: 503, body: 'x' }, false],
  ['HTTP/1.0', lines('HTTP/1.0 200 OK', 'Content-Length: 1', '', 'x'), {}, { body: 'x' }, false],
  ['HTTP/1.0 that stays', lines('HTTP/1.0 200 OK', 'Connection: keep-alive', 'Content-Length: 1', '', 'x'), {}, { body: 'x' }, true],
  ['until the connection is closed', lines('HTTP/1.1 200 OK', '', 'hello'), {}, { body: 'hello' }, false],
  ['blanks around a value, none, and one name twice', lines('HTTP/1.1 200 OK', 'a:  x y \t', 'B:', 'c:1', 'C: 2', 'constructor: z', 'content-length:0', '', ''), {}, { headers: { 'a': 'x y', 'b': '', 'c': '1, 2', 'constructor': 'z', 'content-length': '0' } }, true],
  ['UTF-8 in the body, bytes in the headers', Buffer.from(lines('HTTP/1.1 200 OK', 'a: à', 'content-length: 2', '', 'ä')).toString('latin1'), {}, { headers: { 'a': '\xc3\xa0', 'content-length': '2' }, body: 'ä' }, true],
];

test.each(WHOLE)('%s: the same in whatever pieces it comes', (_name, text, options, expected, reusable) => {
  const check = (sizes: readonly number[]) => {
    const found = read(text, { ...options, sizes });
    expect({ ...found.answer, headers: { ...found.answer?.headers } }).toMatchObject(expected);
    if (expected.headers !== undefined) { expect({ ...found.answer?.headers }).toEqual(expected.headers); }
    expect(found.reusable).toBe(reusable);
  };
  check([]);
  check(Array<number>(text.length).fill(1));
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }), check), { seed: 7, numRuns: 50 });
});

test('what is not whole is no answer', () => {
  for (const [name, text, options] of WHOLE.filter(([each]) => !each.startsWith('until'))) {
    for (let length = 0; length < text.length; length++) {
      expect([name, length, read(text.slice(0, length), options).answer]).toEqual([name, length, undefined]);
    }
  }
});

test('bytes behind the answer: it counts, and the connection is not used again', () => {
  for (const text of [
    lines('HTTP/1.1 200 OK', 'Content-Length: 1', '', 'xHTTP/1.1 200 OK'),
    lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '1', 'x', '0', '', 'HTTP/1.1 200 OK'),
  ]) {
    expect(read(text)).toMatchObject({ answer: { body: 'x' }, reusable: false });
  }
  expect(read(lines('HTTP/1.1 200 OK', 'Content-Length: 5', '', 'hello'), { bodiless: true })).toMatchObject({ answer: { body: '' }, reusable: false });
});

describe('refused', () => {
  test.each<[string, string]>([
    ['another protocol', lines('SSH-2.0-OpenSSH_9.6', '', '')],
    ['HTTP/2', lines('HTTP/2 200 OK', '', '')],
    ['a status of two digits', lines('HTTP/1.1 20 OK', '', '')],
    ['a status of four digits', lines('HTTP/1.1 2000 OK', '', '')],
    ['a change of the protocol', lines('HTTP/1.1 101 Switching Protocols', '', '')],
    ['lines that end without a carriage return', 'HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n'],
    ['a header with a bare line feed', lines('HTTP/1.1 200 OK', 'a: b\nc: d', '', '')],
    ['a header with a bare carriage return', lines('HTTP/1.1 200 OK', 'a: b\rc: d', '', '')],
    ['a header with a NUL', lines('HTTP/1.1 200 OK', 'a: b\0', '', '')],
    ['a header without a colon', lines('HTTP/1.1 200 OK', 'hello', '', '')],
    ['a header without a name', lines('HTTP/1.1 200 OK', ': x', '', '')],
    ['a blank before the colon', lines('HTTP/1.1 200 OK', 'content-length : 1', '', 'x')],
    ['a header that goes on in the next line', lines('HTTP/1.1 200 OK', 'a: b', ' c', '', '')],
    ['two lengths', lines('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 2', '', 'x')],
    ['the same length twice', lines('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 1', '', 'x')],
    ['a length below zero', lines('HTTP/1.1 200 OK', 'content-length: -1', '', '')],
    ['a length in hexadecimal', lines('HTTP/1.1 200 OK', 'content-length: 0x1', '', 'x')],
    ['a length that is none', lines('HTTP/1.1 200 OK', 'content-length:', '', '')],
    ['a length and chunks', lines('HTTP/1.1 200 OK', 'content-length: 1', 'transfer-encoding: chunked', '', '0', '', '')],
    ['an encoding that nobody asked for', lines('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked', '', '')],
    ['a chunk without a size', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '', '')],
    ['a chunk of a size that is none', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '-1', 'x', '')],
    ['a chunk with a sign', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '+1', 'x', '')],
    ['a chunk that is longer than it says', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'xyz', '0', '', '')],
    ['a chunk size without an end', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', `1;${'x'.repeat(2000)}`)],
    ['trailers without an end', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0', ...Array<string>(200).fill('a: b'))],
    ['headers without an end', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}`],
    ['interim answers without an end', lines('HTTP/1.1 100 Continue', `a: ${'x'.repeat(1000)}`, '', '').repeat(100)],
    ['a body that is larger than anything that is asked for', lines('HTTP/1.1 200 OK', 'content-length: 99999999999', '', '')],
    ['a chunk that is larger than anything that is asked for', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'fffffffff', '')],
  ])('%s', (_name, text) => {
    const error = expect.objectContaining({ code: 'MalformedAnswer', meaning: 'retryable' });
    expect(() => read(text)).toThrow(error);
    expect(() => read(text, { sizes: Array<number>(text.length).fill(1) })).toThrow(error);
  });

  test('a body without an end', () => {
    const parser = new AnswerParser(false);
    parser.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    const megabyte = Buffer.alloc(1024 ** 2);
    expect(() => { for (let i = 0; i < 65; i++) { parser.push(megabyte); } }).toThrow(/more than/);
  });
});
