import { spawnSync } from 'child_process';
import { existsSync, mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';

/** Runs a step of an installation; its last words are the reason when it fails. */
export function step(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): void {
  const { error, status, stderr, stdout } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (error !== undefined) { throw new Error('code' in error && error.code === 'ENOENT' ? `there is no \`${command}\` on the PATH` : error.message); }
  if (status !== 0) {
    const words = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim()).filter((line) => line !== '').slice(0, 2).join(' ');
    throw new Error(`\`${command} ${args[0]}\` failed: ${words}`);
  }
}

/**
 * Builds a program of a Go module, with everything that belongs to it in this folder. A module of our own that requires it,
 * and not `go install`: this needs no list of its versions, which not every proxy has.
 */
export function buildWithGo(cache: string, program: string, module: string, version: string): void {
  const target = join(cache, 'bin', `${program}-${version}`);
  if (existsSync(target)) { return; }
  step('go', ['version']);
  const folder = join(cache, `build-${program}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'go.mod'), `module build\n\ngo 1.24\n\nrequire ${module} ${version}\n`);
  const env = { ...process.env, GOPATH: join(cache, 'go'), GOCACHE: join(cache, 'go-build'), GOFLAGS: '-modcacherw' };
  step('go', ['build', '-mod=mod', '-o', target, module], { cwd: folder, env });
}
