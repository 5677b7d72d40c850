import { join } from 'path';
import { buildWithGo } from './install';
import type { Tool } from './tool';

const VERSION = 'v2.3.0';

/** `s5cmd cp` onto itself. Unless it is told otherwise, it replaces all metadata by none. */
export const s5cmd: Tool = {
  name: 's5cmd',
  title: `s5cmd ${VERSION}`,
  install: (cache) => buildWithGo(cache, 's5cmd', 'github.com/peak/s5cmd/v2', VERSION),
  settings: ({ cache, endpoint, bucket, keyArn }) => [64, 256].map((workers) => ({
    name: `numworkers ${workers}`,
    command: [
      join(cache, 'bin', `s5cmd-${VERSION}`), '--log', 'error', '--numworkers', `${workers}`, '--endpoint-url', endpoint, 'cp',
      '--sse', 'aws:kms', '--sse-kms-key-id', keyArn, '--metadata-directive', 'COPY', `s3://${bucket}/*`, `s3://${bucket}/`,
    ],
  })),
};
