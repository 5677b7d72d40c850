import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A real file to upload. */
export interface LocalFile {
  readonly path: string;
  readonly key: string;
  readonly bytes: number;
}

/** The first files below a folder, in an order that does not depend on the file system. */
export function filesBelow(folder: string, count: number): LocalFile[] {
  const found: LocalFile[] = [];
  const visit = (directory: string) => {
    const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (found.length >= count) { return; }
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        visit(path);
      } else if (entry.isFile()) {
        found.push({ path, key: relative(folder, path).split(sep).join('/'), bytes: statSync(path).size });
      }
    }
  };
  visit(folder);
  return found;
}
