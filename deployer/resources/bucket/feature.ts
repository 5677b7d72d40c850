import type { S3Client } from '@aws-sdk/client-s3';
import { assertKept } from '../../kept';
import type { PropertyReader } from '../../property-reader';

/** The API call that applies one property of a bucket. */
export type Apply = (s3: S3Client, bucket: string) => Promise<unknown>;

/**
 * One property of a bucket: reads it and gives the calls that apply it, in one place, so that
 * nothing can be read without being applied.
 */
export interface BucketFeature {
  readonly property: string;
  read(properties: PropertyReader): Apply | readonly Apply[];
}

/**
 * Applies a property of which a local endpoint may answer 200 and keep only a part, and looks whether all is there.
 * The stock moto server for example drops blocked encryption types, the sizes in a lifecycle filter and the EventBridge switch.
 *
 * @param sent what must be there afterwards
 * @param get reads it back, in the form of `sent`
 */
export function applyAndCheck(properties: PropertyReader, property: string, sent: unknown, put: Apply, get: Apply): Apply {
  return async (s3, bucket) => {
    await put(s3, bucket);
    assertKept(properties, property, sent, await get(s3, bucket));
  };
}
