import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../emulator/install';

const REQUIREMENTS = join(__dirname, '../../emulator/requirements.txt');

function script(body: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'python-')), 'python3');
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

const into = () => mkdtempSync(join(tmpdir(), 'venv-'));
const OK = 'if [ "$1" = "-c" ]; then echo 3.12; exit 0; fi';

test('a missing Python is named, with the remedy', async () => {
  await expect(ensurePythonEnvironment({ python: '/does/not/exist', directory: into() }))
    .rejects.toThrow(/needs Python 3\.10 or later, and `\/does\/not\/exist` does not run: install Python, or set PYTHON/);
});

test('an old Python is named, with its version', async () => {
  await expect(ensurePythonEnvironment({ python: script('echo 3.9'), directory: into() })).rejects.toThrow(/is 3\.9: set PYTHON to a newer one/);
});

test('a Python without venv is told how to get it', async () => {
  await expect(ensurePythonEnvironment({ python: script(`${OK}\necho 'No module named ensurepip' >&2; exit 1`), directory: into() }))
    .rejects.toThrow(/apt-get install python3-venv[^]*ensurepip/);
});

test('a failed installation says why, and leaves nothing that looks complete', async () => {
  const directory = into();
  // An environment whose pip fails.
  const python = script(`${OK}\nmkdir -p "$3/bin" && printf '#!/bin/sh\\necho no index >&2; exit 1' > "$3/bin/python" && chmod +x "$3/bin/python"`);
  await expect(ensurePythonEnvironment({ python, directory })).rejects.toThrow(/reaches a Python package index[^]*no index/);
  expect(readdirSync(directory)).toEqual([]);
});

test('a current environment is used at once, without a Python to make one', async () => {
  const directory = into();
  const works = script(`${OK}\nmkdir -p "$3/bin" && printf '#!/bin/sh\\nexit 0' > "$3/bin/python" && chmod +x "$3/bin/python"`);
  const made = await ensurePythonEnvironment({ python: works, directory });
  expect(existsSync(made)).toBe(true);
  expect(await ensurePythonEnvironment({ python: '/does/not/exist', directory })).toBe(made);
});

test('other requirements are another environment', async () => {
  const directory = into();
  const works = script(`${OK}\nmkdir -p "$3/bin" && printf '#!/bin/sh\\nexit 0' > "$3/bin/python" && chmod +x "$3/bin/python"`);
  const requirements = join(directory, 'requirements.txt');
  writeFileSync(requirements, 'one');
  const first = await ensurePythonEnvironment({ python: works, directory, requirements });
  writeFileSync(requirements, 'two');
  expect(await ensurePythonEnvironment({ python: works, directory, requirements })).not.toBe(first);
});

test('every requirement is pinned by version and hash, and names no address', () => {
  const text = readFileSync(REQUIREMENTS, 'utf8');
  expect(text).not.toMatch(/https?:/);
  const packages = text.split(/\n(?=[a-zA-Z0-9])/).filter((entry) => /^[a-zA-Z0-9]/.test(entry));
  expect(packages.length).toBeGreaterThan(30);
  for (const entry of packages) { expect(entry).toMatch(/^[\w.[\]-]+==[^\s]+[^]*--hash=sha256:[0-9a-f]{64}/); }
});
