import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Endpoint } from './transport';

const PLACEHOLDER = 'key';

/**
 * Where the SDK would send requests for the objects of a bucket. It knows partitions, FIPS, dual-stack, access points, and
 * the environment; so it is asked to build a request, which is then not sent.
 */
export async function endpointOf(client: S3Client, bucket: string): Promise<Endpoint> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: PLACEHOLDER });
  let built: { protocol?: string; hostname?: string; port?: number; path?: string } | undefined;
  const stop = new Error('built, not sent');
  command.middlewareStack.add(() => async (args) => {
    built = args.request as typeof built;
    throw stop;
  }, { step: 'finalizeRequest', priority: 'high', name: 'takeEndpoint' });
  await client.send(command).catch((error: unknown) => { if (error !== stop && built === undefined) { throw error; } });
  const path = built?.path ?? '';
  return {
    protocol: built?.protocol === 'http:' ? 'http:' : 'https:',
    hostname: built?.hostname ?? '',
    port: built?.port,
    base: path.slice(0, path.length - PLACEHOLDER.length - 1),
  };
}
