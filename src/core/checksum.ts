import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Checksum } from './object';

/** From an answer to HeadObject that was asked for it. */
export function checksumFrom(answer: HeadObjectCommandOutput): Checksum | undefined {
  for (const [field, value] of Object.entries(answer)) {
    const algorithm = /^Checksum([A-Z0-9]+)$/.exec(field)?.[1];
    if (algorithm !== undefined && typeof value === 'string') { return checksumOf(algorithm, value, answer.ChecksumType, answer.ETag); }
  }
  return undefined;
}

export function checksumOf(algorithm: string, value: string, said: string | undefined, etag = ''): Checksum {
  // A composite checksum ends in the number of parts; who says neither has made one if the ETag was made of parts.
  const ofParts = /-\d+$/.test(value) || algorithm !== 'CRC64NVME' && /-\d+"?$/.test(etag);
  const type = said ?? (ofParts ? 'COMPOSITE' : 'FULL_OBJECT');
  return { algorithm, type: type === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT', value };
}
