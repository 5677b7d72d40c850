import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { FakeStore, object } from './fake-store';
import { LeanStore } from '../../src/core/lean/lean-store';
import { listingIn } from '../../src/core/lean/listing';
import { pagesOf } from '../../src/core/pages';
import { SdkStore } from '../../src/core/sdk-store';

const clock = { now: () => new Date(), sleep: async () => undefined };
let server: Server;
let page: string;
let asked: string[];
let client: S3Client;
let lean: LeanStore;
let sdk: SdkStore;

beforeAll(async () => {
  server = createServer((request, answer) => {
    asked.push(request.url ?? '');
    answer.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new S3Client({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' }, forcePathStyle: true, maxAttempts: 1 });
});
afterAll(() => {
  client.destroy();
  server.close();
  server.closeAllConnections();
});
beforeEach(async () => {
  asked = [];
  lean = await LeanStore.open({ client, bucket: 'b', clock, random: () => 1, sockets: 1, attempts: 1 });
  sdk = new SdkStore({ client, bucket: 'b', clock });
});
afterEach(() => { lean.close(); });

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const escape = (text: string): string => text.replace(/[&<>"'\r\n]/g, (char) => `&#${char.charCodeAt(0)};`);
const current = (inner: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult ${XMLNS}><Name>b</Name>${inner}</ListBucketResult>`;
const versions = (inner: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult ${XMLNS}><Name>b</Name>${inner}</ListVersionsResult>`;

/** What either store makes of the page; the lean one without asking the SDK. */
async function both(body: string, ofVersions: boolean): Promise<object> {
  page = body;
  asked = [];
  const found = ofVersions ? await lean.listVersions('p') : await lean.listCurrent('p');
  expect(asked).toHaveLength(1);
  expect(found).toEqual(ofVersions ? await sdk.listVersions('p') : await sdk.listCurrent('p'));
  return found;
}

describe('a page is read as the SDK reads it', () => {
  test('current objects', async () => {
    expect(await both(current('<Prefix>p</Prefix><KeyCount>2</KeyCount><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>'
      + '<Contents><Key>a+b%2B%C3%BC</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>5</Size><StorageClass>GLACIER</StorageClass>'
      + '<Owner><ID>o</ID><DisplayName/></Owner><ChecksumAlgorithm>CRC32</ChecksumAlgorithm></Contents>\n'
      + '<Contents><Key>z</Key><Size>0</Size></Contents><CommonPrefixes><Prefix>nothing/</Prefix></CommonPrefixes>'), false)).toEqual({
      versions: [
        { key: 'a b+ü', isLatest: true, size: 5, etag: '"e"', storageClass: 'GLACIER' },
        { key: 'z', isLatest: true, size: 0, etag: '', storageClass: 'STANDARD' },
      ],
      next: { key: 'z' },
    });
  });

  test('versions, without the delete markers between them', async () => {
    expect(await both(versions('<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>a%20b</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>'
      + '<DeleteMarker><Key>gone</Key><VersionId>d</VersionId><IsLatest>true</IsLatest></DeleteMarker>'
      + '<Version><Key>gone</Key><VersionId>v2</VersionId><IsLatest>false</IsLatest><Size>7</Size><ETag>"e"</ETag></Version>'
      + '<DeleteMarker><Key>a%20b</Key><VersionId>d</VersionId><IsLatest>false</IsLatest></DeleteMarker>'), true)).toEqual({
      versions: [{ key: 'gone', versionId: 'v2', isLatest: false, size: 7, etag: '"e"', storageClass: 'STANDARD' }],
      next: { key: 'a b', versionId: 'v1' },
    });
  });

  test('the last page, and an empty one', async () => {
    expect(await both(current('<IsTruncated>false</IsTruncated><Contents><Key>k</Key><Size>1</Size></Contents>'), false)).not.toHaveProperty('next.key');
    expect(await both(current('<IsTruncated>false</IsTruncated>'), false)).toMatchObject({ versions: [] });
  });

  test('keys of any kind, from who encodes them and from who does not know that', async () => {
    // eslint-disable-next-line no-control-regex
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((each) => !/[\0-\x1f\x7f-\x9f\ufffe\uffff]/.test(each) && each.trim() === each);
    await fc.assert(fc.asyncProperty(fc.array(key, { minLength: 1, maxLength: 5 }), fc.boolean(), fc.boolean(), async (keys, encoded, ofVersions) => {
      const write = encoded ? (each: string) => encodeURIComponent(each).replace(/%20/g, '+').replace(/'/g, '%27') : escape;
      const entries = keys.map((each) => `<Key>${write(each)}</Key><Size>1</Size><ETag>x</ETag><VersionId>v</VersionId><IsLatest>true</IsLatest>`);
      const inner = `<IsTruncated>false</IsTruncated>${encoded ? '<EncodingType>url</EncodingType>' : ''}`;
      const body = ofVersions ? versions(inner + entries.map((each) => `<Version>${each}</Version>`).join(''))
        : current(inner + entries.map((each) => `<Contents>${each}</Contents>`).join(''));
      expect(await both(body, ofVersions)).toMatchObject({ versions: keys.map((each) => ({ key: each })) });
    }), { seed: 5, numRuns: 150 });
  });
});

test('where to go on, and what is asked for, is encoded', async () => {
  page = current('<IsTruncated>false</IsTruncated>');
  await lean.listCurrent('a b/', { key: "c+'d" });
  page = versions('<IsTruncated>false</IsTruncated>');
  await lean.listVersions('', { key: 'k&', versionId: 'v=1' });
  expect(asked).toEqual([
    '/b/?encoding-type=url&list-type=2&prefix=a%20b%2F&start-after=c%2B%27d',
    '/b/?encoding-type=url&key-marker=k%26&prefix=&version-id-marker=v%3D1&versions',
  ]);
});

describe('what S3 does not write', () => {
  const ROOT = 'ListBucketResult';
  test.each<[string, string]>([
    ['attributes', '<ListBucketResult><Contents type="x"><Key>k</Key></Contents></ListBucketResult>'],
    ['prefixes', '<s3:ListBucketResult></s3:ListBucketResult>'],
    ['a comment', '<ListBucketResult><!-- x --></ListBucketResult>'],
    ['CDATA', '<ListBucketResult><Contents><Key><![CDATA[k]]></Key></Contents></ListBucketResult>'],
    ['a document type', '<!DOCTYPE x><ListBucketResult></ListBucketResult>'],
    ['an entity of its own', '<ListBucketResult><Name>&x;</Name></ListBucketResult>'],
    ['a bare ampersand', '<ListBucketResult><Name>a & b</Name></ListBucketResult>'],
    ['a character that is none', '<ListBucketResult><Name>&#x110000;</Name></ListBucketResult>'],
    ['tags that cross', '<ListBucketResult><Contents><Key>k</Contents></Key></ListBucketResult>'],
    ['text between elements', '<ListBucketResult><Contents>text<Key>k</Key></Contents></ListBucketResult>'],
    ['text behind an element', '<ListBucketResult><Contents><Key>k</Key>text</Contents></ListBucketResult>'],
    ['text behind an empty element', '<ListBucketResult><Name/>text</ListBucketResult>'],
    ['another root', '<ListVersionsResult></ListVersionsResult>'],
    ['an end of nothing', '<ListBucketResult></Name/></ListBucketResult>'],
    ['half a page', '<ListBucketResult><Contents><Key>k</Key></Contents>'],
    ['half a tag', '<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketRes'],
    ['more than a page', '<ListBucketResult></ListBucketResult><ListBucketResult></ListBucketResult>'],
    ['nothing', ''],
  ])('%s: left to a parser for all of XML', (_name, xml) => { expect(listingIn(xml, ROOT, 'Contents')).toBeUndefined(); });

  test('is read by the SDK, and from then on at once', async () => {
    page = '<ListBucketResult><IsTruncated>false</IsTruncated><!-- x --><Contents><Key><![CDATA[k]]></Key><Size>3</Size></Contents></ListBucketResult>';
    expect((await lean.listCurrent('')).versions).toMatchObject([{ key: 'k', size: 3 }]);
    expect(asked).toHaveLength(2);
    expect((await lean.listCurrent('')).versions).toMatchObject([{ key: 'k', size: 3 }]);
    expect(asked).toHaveLength(3);
  });

  test('a size that is no number, or an entry without a key, is not made up', async () => {
    for (const entry of ['<Key>k</Key><Size>many</Size>', '<Size>1</Size>']) {
      asked = [];
      page = current(`<IsTruncated>false</IsTruncated><Contents>${entry}</Contents>`);
      const store = await LeanStore.open({ client, bucket: 'b', clock, random: () => 1, sockets: 1, attempts: 1 });
      await store.listCurrent('').catch(() => undefined);
      store.close();
      expect(asked).toHaveLength(2);
    }
  });
});

describe('a listing that does not move', () => {
  test('of versions, without the place to go on', async () => {
    page = versions('<IsTruncated>true</IsTruncated>');
    for (const store of [lean, sdk]) { await expect(store.listVersions('')).rejects.toMatchObject({ code: 'MalformedListing', meaning: 'fatal' }); }
  });

  test('gives the same page again: an error, and not for ever', async () => {
    const store = new FakeStore(['a', 'b', 'c'].map((each) => object(each)));
    store.pageSize = 2;
    const list = store.listCurrent.bind(store);
    store.listCurrent = async (prefix) => list(prefix); // the marker is ignored
    const seen: string[] = [];
    const all = async () => { for await (const { versions: found } of pagesOf(store, '', false)) { seen.push(...found.map(({ key }) => key)); } };
    await expect(all()).rejects.toMatchObject({ code: 'ListingStuck', meaning: 'fatal' });
    expect(seen).toEqual(['a', 'b']);
  });
});
