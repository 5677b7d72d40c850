import type { S3Client } from '@aws-sdk/client-s3';
import { LeanStore } from '../../src/core/lean/lean-store';
import { SdkStore } from '../../src/core/sdk-store';

const clock = { now: () => new Date(), sleep: async () => undefined };

/** The two ways to talk to S3, which must not be told apart by what they do. */
export const STORES: [string, (client: S3Client, bucket: string) => Promise<SdkStore>][] = [
  ['SdkStore', async (client, bucket) => new SdkStore({ client, bucket, clock })],
  ['LeanStore', async (client, bucket) => LeanStore.open({ client, bucket, clock, random: () => 0.5, sockets: 8, attempts: 2 })],
];
