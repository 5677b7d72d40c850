import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../emulator/install';

/** Before all tests: one folder for what they leave behind, and the local AWS installed once. */
export default async function makeTemp(): Promise<void> {
  // Every App of the CDK makes a folder here, and the workers of Jest never get to clean up.
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'cdk-s3-encryption-test-'));
  await ensurePythonEnvironment((line) => process.stderr.write(`${line}\n`));
}
