import { bucketOperation, objectOperation } from '../../bench/backfill/memory/router';

/** What a request of S3 in path style is about. */
export interface Asked {
  /** From 1, in the order of arrival. */
  readonly number: number;
  readonly method: string;
  /** As S3 names it: `HeadObject`, `CopyObject`. */
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

export function asked(number: number, method: string, url: string, headers: Readonly<Record<string, string | string[] | undefined>>): Asked {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const [, bucket, ...rest] = pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  const about = { method, query: new Map(searchParams), headers: headers as Record<string, string> };
  const operation = bucket === '' ? serviceOperation(headers) : key === '' ? bucketOperation(about) : objectOperation(about);
  return { number, method, operation, bucket, key, versionId: searchParams.get('versionId') ?? undefined };
}

/** `TrentService.DescribeKey` is DescribeKey. */
function serviceOperation(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  return String(headers['x-amz-target'] ?? 'ListBuckets').split('.').at(-1) ?? '';
}
