import type { Tag } from '@aws-sdk/client-s3';

/** `encoding-type=url` encodes as forms do, so that keys XML cannot hold survive. */
export function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replace(/\+/g, ' '));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: URL-encoded, slashes kept. */
export function copySource(bucket: string, key: string, versionId?: string): string {
  const path = `${bucket}/${encodeKey(key)}`;
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}

export function encodeKey(key: string): string {
  return encodeStrictly(key).replace(/%2F/g, '/');
}

export function taggingFrom(tags: Tag[] | undefined): string | undefined {
  if (tags === undefined || tags.length === 0) { return undefined; }
  return tags.map((tag) => `${encodeStrictly(tag.Key ?? '')}=${encodeStrictly(tag.Value ?? '')}`).join('&');
}

/** encodeURIComponent leaves five characters alone that S3 wants encoded. */
export function encodeStrictly(text: string): string {
  if (!/[^A-Za-z0-9_.~-]/.test(text)) { return text; }
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
