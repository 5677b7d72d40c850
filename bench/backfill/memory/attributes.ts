import { createHash } from 'crypto';
import { type Body, type Checksum, type Encryption, KEPT_HEADERS, type Lock, type Version } from './objects';
import type { State } from './state';
import type { Response } from './wire';
import { failure } from './xml';

type Headers = Readonly<Record<string, string>>;

const SSE = 'x-amz-server-side-encryption';
const META = 'x-amz-meta-';
const OWNER = 'id="owner"';
const PUBLIC = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"';
const GRANTS = { 'x-amz-grant-full-control': 'FULL_CONTROL', 'x-amz-grant-read': 'READ', 'x-amz-grant-read-acp': 'READ_ACP', 'x-amz-grant-write-acp': 'WRITE_ACP' };

/** What a request says of how the new object is to be encrypted; without a word, as the bucket does. */
export function encryptionAsked(headers: Headers, defaultKey: string | undefined): Encryption {
  const customer = headers[`${SSE}-customer-key-md5`];
  if (customer !== undefined) { return { status: 'SSE-C', customerKeyMd5: customer }; }
  const status = headers[SSE] as Encryption['status'] | undefined;
  if (status === 'aws:kms' || status === 'aws:kms:dsse') {
    const keyArn = headers[`${SSE}-aws-kms-key-id`] ?? 'arn:aws:kms:us-east-1:123456789012:key/aws-s3';
    return { status, keyArn, bucketKey: headers[`${SSE}-bucket-key-enabled`] === 'true' };
  }
  if (status === undefined && defaultKey !== undefined) { return { status: 'aws:kms', keyArn: defaultKey, bucketKey: true }; }
  return { status: 'AES256' };
}

export function encryptionHeaders({ status, keyArn, bucketKey, customerKeyMd5 }: Encryption): Record<string, string> {
  switch (status) {
    case 'NOT-SSE': return {};
    case 'SSE-C': return { [`${SSE}-customer-algorithm`]: 'AES256', [`${SSE}-customer-key-md5`]: customerKeyMd5 ?? '' };
    case 'AES256': return { [SSE]: 'AES256' };
    default: return { [SSE]: status, [`${SSE}-aws-kms-key-id`]: keyArn ?? '', ...(bucketKey ? { [`${SSE}-bucket-key-enabled`]: 'true' } : {}) };
  }
}

/** An object under a key that is disabled can be neither read nor written. */
export function refusedByKey(state: State, { keyArn }: Encryption): Response | undefined {
  if (keyArn === undefined || !state.disabledKeys.has(keyArn)) { return undefined; }
  return failure(400, 'KMS.DisabledException', `${keyArn} is disabled.`);
}

/** Whoever has not the key of an SSE-C object reads nothing of it. */
export function refusedByCustomerKey(version: Version, headers: Headers, prefix = SSE): Response | undefined {
  if (version.encryption.status !== 'SSE-C') { return undefined; }
  const given = headers[`${prefix}-customer-key-md5`];
  if (given === version.encryption.customerKeyMd5) { return undefined; }
  return given === undefined
    ? failure(400, 'InvalidRequest', 'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.')
    : failure(403, 'AccessDenied', 'Access Denied');
}

export function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = name === 'content-encoding' ? headers[name]?.replace(/^aws-chunked,?\s*/, '') || undefined : headers[name];
    if (value !== undefined) { kept[name] = value; }
  }
  return kept;
}

export function metadataOf(headers: Headers): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const name in headers) { if (name.startsWith(META)) { metadata[name.slice(META.length)] = headers[name]; } }
  return metadata;
}

/** Grants in a fixed order, so that two lists with the same meaning are the same text. */
export function aclAsked(headers: Headers): string {
  const grants: string[] = [];
  for (const [name, permission] of Object.entries(GRANTS)) {
    for (const grantee of headers[name]?.split(',') ?? []) { grants.push(`${permission} ${grantee.trim()}`); }
  }
  if (grants.length > 0) { return grants.sort().join('; '); }
  return cannedAcl(headers['x-amz-acl'] ?? 'private');
}

export function cannedAcl(name: string): string {
  return name === 'public-read' ? `FULL_CONTROL ${OWNER}; READ ${PUBLIC}` : `FULL_CONTROL ${OWNER}`;
}

export function lockAsked(headers: Headers): Lock | undefined {
  const lock = {
    mode: headers['x-amz-object-lock-mode'], until: headers['x-amz-object-lock-retain-until-date'], hold: headers['x-amz-object-lock-legal-hold'],
  };
  return lock.mode === undefined && lock.hold === undefined ? undefined : lock;
}

export function isLocked({ lock }: Version): boolean {
  return lock?.hold === 'ON' || lock?.until !== undefined && Date.parse(lock.until) > Date.now();
}

/**
 * A value of the right length that depends on the bytes, the algorithm and the parts, and on nothing else. Clients here compare
 * it and do not compute it.
 *
 * @param parts sizes of the parts, for a checksum that is made of theirs
 */
export function checksumOf(algorithm: string, body: Body, parts?: readonly number[]): Checksum {
  const lengths: Record<string, number> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };
  const bytes = Buffer.isBuffer(body) ? body : body.seed;
  const hash = createHash('sha256').update(`${algorithm} ${parts?.join(' ') ?? ''} `).update(bytes).digest();
  const value = hash.subarray(0, lengths[algorithm] ?? 8).toString('base64');
  return parts === undefined ? { algorithm, type: 'FULL_OBJECT', value } : { algorithm, type: 'COMPOSITE', value: `${value}-${parts.length}` };
}

/** The checksum that came with an upload, if any. */
export function checksumSent(headers: Headers): Checksum | undefined {
  for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']) {
    const value = headers[`x-amz-checksum-${algorithm.toLowerCase()}`];
    if (value !== undefined) { return { algorithm, value, type: 'FULL_OBJECT' }; }
  }
  return undefined;
}
