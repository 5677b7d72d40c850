import { rmSync } from 'node:fs';
import { basename } from 'node:path';

/** After all tests. */
export default function removeTemp(): void {
  const folder = process.env.TMPDIR;
  if (folder !== undefined && basename(folder).startsWith('cdk-s3-encryption-test-')) {
    rmSync(folder, { recursive: true, force: true });
  }
}
