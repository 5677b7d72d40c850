import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** From the package.json that is nearest above, in the bundle and in the sources. */
export function version(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string };
      if (name === 'cdk-s3-encryption') { return found ?? 'unknown'; }
    } catch { /* not here */ }
  }
  return 'unknown';
}
