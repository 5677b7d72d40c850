import { existsSync, mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { step } from './install';
import type { Tool } from './tool';

const VERSION = '3.2.0';

/** `s3p cp` onto itself. It has no option for a key: the default encryption of the bucket is what makes its copies encrypted. */
export const s3p: Tool = {
  name: 's3p',
  title: `s3p ${VERSION}`,
  needsDefaultEncryption: true,
  install(cache) {
    const folder = join(cache, `s3p-${VERSION}`);
    if (existsSync(join(folder, 'ready'))) { return; }
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
    step('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `s3p@${VERSION}`], { cwd: folder });
    writeFileSync(join(folder, 'ready'), '');
  },
  settings: ({ cache, bucket }) => [100, 500].map((concurrent) => ({
    name: `copy-concurrency ${concurrent}`,
    command: [
      join(cache, `s3p-${VERSION}`, 'node_modules', '.bin', 's3p'), 'cp', '--bucket', bucket, '--to-bucket', bucket, '--copy-concurrency', `${concurrent}`, '--quiet',
    ],
  })),
};
