import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { newFolder } from './fake-io';
import { OnlyFile } from '../../src/cli/only-file';
import { recordOf } from '../../src/cli/record';
import type { Marker } from '../../src/core/store';

function fileWith(text: string): string {
  const file = join(newFolder(), 'list.jsonl');
  writeFileSync(file, text);
  return file;
}

async function keysOf(only: OnlyFile, after?: Marker): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of only.pages(after)) { keys.push(...page.versions.map(({ key }) => key)); }
  return keys;
}

test.each<[string, string, RegExp]>([
  ['not JSON', '{"key":"a"}\n{"key":"b"\n', /line 2: it is not JSON/],
  ['no object', '["a"]\n', /line 1: it is not a JSON object/],
  ['null', 'null', /line 1: it is not a JSON object/],
  ['without a key', '{"key":"a"}\n\n{"Key":"b"}\n', /line 3: it has no "key"/],
  ['with an empty key', '{"key":""}', /line 1: it has no "key"/],
  ['with a key that S3 cannot hold', JSON.stringify({ key: 'ä'.repeat(513) }), /line 1: its "key" is longer than the 1,024 bytes/],
  ['with a version that is a number', '{"key":"a","versionId":3}', /line 1: its "versionId"/],
  ['with a size that is none', '{"key":"a","size":-1}', /line 1: its "size"/],
  ['without an end', `{"key":"${'a'.repeat(1_200_000)}`, /cannot be read \(a line is longer than/],
])('refuses a line: %s', async (_, text, message) => {
  const check = OnlyFile.check(fileWith(text));
  await expect(check).rejects.toThrow(message);
  await expect(check).rejects.toMatchObject({ name: 'UsageError' });
});

test('says that a folder is no file', async () => {
  await expect(OnlyFile.check(newFolder())).rejects.toThrow(/cannot be read \(EISDIR/);
});

test('takes lines that a person wrote: keys alone, blank lines, no end of line, line ends of Windows', async () => {
  const only = await OnlyFile.check(fileWith('{"key":"a"}\r\n\r\n{"key":"b","versionId":"v"}\n\n{"key":"c"}'));
  expect(only.objects).toBe(3);
  expect(await keysOf(only)).toEqual(['a', 'b', 'c']);
});

test('every key that S3 can hold comes back from a failures file as it was', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 250 }), { minLength: 1, maxLength: 20 }), async (keys) => {
    const lines = keys.map((key) => JSON.stringify(recordOf({ kind: 'gone', key, size: 0 })
      ?? recordOf({ kind: 'failed', key, size: 0, code: 'X', message: 'y', retryable: true, fatal: false })));
    const only = await OnlyFile.check(fileWith(`${lines.join('\n')}\n`));
    expect(await keysOf(only)).toEqual(keys);
  }), { numRuns: 100, examples: [[['line\u2028separator', 'paragraph\u2029', 'feed\n', 'return\r', '\u0000', '\ufeff', '𝄞', '"', '\\']]] });
});

test('has pages of a thousand, and goes on behind any of them', async () => {
  const keys = Array.from({ length: 2500 }, (_, number) => `k${number}`);
  const only = await OnlyFile.check(fileWith(keys.map((key, number) => `${JSON.stringify({ key })}\n${number % 7 === 0 ? '\n' : ''}`).join('')));
  const ends: (Marker | undefined)[] = [];
  const sizes: number[] = [];
  for await (const page of only.pages()) {
    ends.push(page.end);
    sizes.push(page.versions.length);
  }
  expect(sizes).toEqual([1000, 1000, 500]);
  expect(await keysOf(only, ends[0])).toEqual(keys.slice(1000));
  expect(await keysOf(only, ends[1])).toEqual(keys.slice(2000));
  expect(ends[2]).toBeUndefined();
});

test('an empty list is one page without objects, so that a run over it ends', async () => {
  const only = await OnlyFile.check(fileWith(''));
  const pages = [];
  for await (const page of only.pages()) { pages.push(page); }
  expect(pages).toEqual([{ versions: [], end: undefined }]);
});

test('a changed list is another one', async () => {
  const [one, same, other] = await Promise.all(['{"key":"a"}\n', '{"key":"a"}\n', '{"key":"b"}\n'].map(async (text) => OnlyFile.check(fileWith(text))));
  expect(one.sha256).toBe(same.sha256);
  expect(one.sha256).not.toBe(other.sha256);
});
