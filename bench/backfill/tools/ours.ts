import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import type { Tool } from './tool';

const COMMAND = join(__dirname, '..', '..', '..', 'assets', 'cli', 'main', 'main.js');

/** The command of this library, as it is published, with what it does when nobody says more. */
export const ours: Tool = {
  name: 'ours',
  title: 'cdk-s3-encryption',
  install() {
    if (!existsSync(COMMAND) || !readFileSync(COMMAND, 'utf8').includes('backfill')) {
      throw new Error(`${COMMAND} is not the command: run \`npx projen bundle\` first`);
    }
  },
  settings: ({ bucket, keyArn }) => [{
    name: 'default',
    command: [process.execPath, COMMAND, 'backfill', '--bucket', bucket, '--key', keyArn, '--engine', 'local', '--yes'],
    good: [0, 2], // 2: it names objects that it must not touch
  }],
};
