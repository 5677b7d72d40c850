/**
 * Checks that every generated file is what its generator would write today, and that every
 * documented example compiles. Works on a copy: a check changes no file of the checkout.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

/** Not part of what a generator reads. */
const LEFT_OUT = new Set(['node_modules', '.git', '.venv', 'lib', 'dist', 'assets', 'cdk.out', '.demo', 'coverage', 'tsconfig.tsbuildinfo', '.jsii']);

function main(): number {
  const copy = mkdtempSync(join(tmpdir(), 'check-generated-'));
  try {
    for (const entry of readdirSync(root)) {
      if (!LEFT_OUT.has(entry)) { cpSync(join(root, entry), join(copy, entry), { recursive: true }); }
    }
    linkModules(copy);
    const stale = [...checkProjen(copy), ...checkApi(copy)];
    if (stale.length > 0) {
      console.error(`not current: ${stale.join(', ')}\nrun \`npx projen && npx projen compile && npx projen docgen\` and commit the result`);
      return 1;
    }
    compileExamples(copy);
    console.log('generated files are current, documented examples compile');
    return 0;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The installed packages, and the library itself under its own name, as its users import it. */
function linkModules(copy: string): void {
  const modules = join(copy, 'node_modules');
  mkdirSync(modules);
  for (const entry of readdirSync(join(root, 'node_modules'))) {
    symlinkSync(join(root, 'node_modules', entry), join(modules, entry));
  }
  symlinkSync(copy, join(modules, 'cdk-s3-encryption'));
}

function checkProjen(copy: string): string[] {
  run(copy, bin('tsx'), ['.projenrc.ts'], { PROJEN_DISABLE_POST: 'true' });
  const { files } = JSON.parse(readFileSync(join(copy, '.projen/files.json'), 'utf8')) as { files: string[] };
  return files.filter((file) => !same(copy, file));
}

function checkApi(copy: string): string[] {
  run(copy, bin('jsii'), ['--silence-warnings=reserved-word']);
  run(copy, bin('jsii-docgen'), ['-o', 'API.md']);
  return same(copy, 'API.md') ? [] : ['API.md'];
}

function compileExamples(copy: string): void {
  run(copy, bin('jsii-rosetta'), ['extract', '--compile', '--fail', '--directory', '.']);
}

function same(copy: string, file: string): boolean {
  const committed = join(root, file);
  return existsSync(committed) && readFileSync(committed).equals(readFileSync(join(copy, file)));
}

function run(cwd: string, command: string, args: string[], env: Record<string, string> = {}): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd, encoding: 'utf8', env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20', ...env },
  });
  if (error !== undefined) { throw error; }
  if (status !== 0) { throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`); }
}

try {
  process.exitCode = main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
