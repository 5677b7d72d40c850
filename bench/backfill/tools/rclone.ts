import { writeFileSync } from 'fs';
import { join } from 'path';
import { buildWithGo } from './install';
import type { Tool } from './tool';

const VERSION = 'v1.76.0';

/** What https://rclone.org/s3/ names to save requests. */
const FEWER_REQUESTS = ['--use-server-modtime', '--s3-no-head', '--s3-no-head-object', '--ignore-checksum'];

/** `rclone copy`. It refuses a copy onto itself, so the same bucket has two names. */
export const rclone: Tool = {
  name: 'rclone',
  title: `rclone ${VERSION}`,
  install: (cache) => buildWithGo(cache, 'rclone', 'github.com/rclone/rclone', VERSION),
  settings: ({ cache, endpoint, bucket, keyArn, folder }) => {
    const config = join(folder, 'rclone.conf');
    const remote = `type = s3\nprovider = Other\nenv_auth = true\nregion = us-east-1\nendpoint = ${endpoint}\n`;
    writeFileSync(config, `[from]\n${remote}\n[to]\n${remote}`);
    const settings = [{ transfers: 32, more: [] }, { transfers: 64, more: [] }, { transfers: 64, more: FEWER_REQUESTS }];
    return settings.map(({ transfers, more }) => ({
      name: [`transfers ${transfers}`, ...more.slice(0, 1).map(() => 'fewer requests')].join(', '),
      command: [
        join(cache, 'bin', `rclone-${VERSION}`), '--config', config, 'copy', `from:${bucket}`, `to:${bucket}`, '--ignore-times',
        '--server-side-across-configs', '--s3-server-side-encryption', 'aws:kms', '--s3-sse-kms-key-id', keyArn, '--s3-no-check-bucket', '--fast-list',
        '--transfers', `${transfers}`, '--checkers', `${transfers}`, ...more,
      ],
    }));
  },
};
