import { type awscdk, JsonFile } from 'projen';

/** The commands of the README, and what the clean checkout of CI runs. */
export function addChecks(project: awscdk.AwsCdkConstructLibrary, devDirs: string[]): void {
  // Everything that is not published is one TypeScript program, checked with the library's options.
  new JsonFile(project, 'tsconfig.dev.json', {
    obj: {
      extends: './tsconfig.json',
      compilerOptions: { noEmit: true, rootDir: '.', stripInternal: false },
      include: ['src/**/*.ts', '.projenrc.ts', ...devDirs.map((dir) => `${dir}/**/*.ts`)],
      exclude: ['node_modules'],
    },
  });
  const eslintrc = project.tryFindObjectFile('.eslintrc.json');
  eslintrc?.addDeletionOverride('parserOptions.projectService');
  eslintrc?.addOverride('parserOptions.project', './tsconfig.dev.json');
  project.eslint?.addOverride({
    files: devDirs.map((dir) => `${dir}/**`).concat('.projenrc.ts'),
    rules: { 'import/no-extraneous-dependencies': ['error', { devDependencies: true, optionalDependencies: false, peerDependencies: true }] },
  });

  // Not tasks of projen, which would turn every exit code into 1.
  project.setScript('demo', 'projen bundle && tsx --no-warnings demo/main.ts'); // it deploys what is bundled
  project.setScript('emulator', 'tsx --no-warnings emulator/main.ts');
  project.setScript('bench:synth', 'tsx --no-warnings bench/synth.ts');
  project.setScript('bench:backfill', 'tsx --no-warnings bench/backfill.ts');
  // Minutes each, so not part of the tests: two hundred kills of the command, and a million keys in constant memory.
  project.setScript('test:faults', 'tsx --no-warnings test/faults/kill-200.ts && tsx --no-warnings test/faults/million-keys.ts');

  const test = project.testTask;
  test.reset(undefined, {});
  // The built-in CloudFormation validation starts a WASM engine in every test file; test/invariants runs it once.
  test.env('CDK_VALIDATION', 'false');
  test.env('NODE_NO_WARNINGS', '1'); // the SDK announces in every file that it will leave Node 20 one day
  test.env('NODE_OPTIONS', '--max-old-space-size=4096');
  test.exec('tsc --noEmit -p tsconfig.dev.json', { name: 'types' });
  test.spawn(project.bundler.bundleTask); // the tests synthesize, deploy and start what is bundled
  test.exec('jest --passWithNoTests=false --ci', { name: 'tests', receiveArgs: true });
  test.exec('eslint --ext .ts,.tsx --no-error-on-unmatched-pattern --max-warnings=0 src ' + devDirs.join(' ') + ' .projenrc.ts', { name: 'lint' });
  test.exec('tsx scripts/check-generated.ts', { name: 'generated files' });
  test.env('ESLINT_USE_FLAT_CONFIG', 'false');
}
