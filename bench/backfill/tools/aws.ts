import { existsSync, writeFileSync } from 'fs';
import { join } from 'path';
import { step } from './install';
import type { Tool } from './tool';

const VERSION = '1.46.3';

/** `aws s3 cp --recursive` onto itself. https://docs.aws.amazon.com/cli/latest/topic/s3-config.html has its settings. */
export const aws: Tool = {
  name: 'aws',
  title: `AWS CLI ${VERSION}`,
  install(cache) {
    const folder = join(cache, `awscli-${VERSION}`);
    if (existsSync(join(folder, 'ready'))) { return; }
    step('python3', ['-m', 'venv', folder]);
    step(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `awscli==${VERSION}`]);
    writeFileSync(join(folder, 'ready'), '');
  },
  settings: ({ cache, bucket, keyArn, folder }) => [10, 20, 50].map((concurrent) => {
    const config = join(folder, `aws-${concurrent}`);
    writeFileSync(config, `[default]\ns3 =\n  max_concurrent_requests = ${concurrent}\n  max_queue_size = 10000\n`);
    return {
      name: `max_concurrent_requests ${concurrent}`,
      command: [
        join(cache, `awscli-${VERSION}`, 'bin', 'aws'), 's3', 'cp', `s3://${bucket}/`, `s3://${bucket}/`, '--recursive',
        '--sse', 'aws:kms', '--sse-kms-key-id', keyArn, '--only-show-errors',
      ],
      environment: { AWS_CONFIG_FILE: config },
    };
  }),
};
