import type { awscdk } from 'projen';

/** Handlers of EncryptionBackfillJob: `src/backfill/NAME.lambda.ts` becomes `assets/backfill/NAME.lambda/index.js`. */
const HANDLERS = ['reencrypt', 'classify', 'watch-stack'];

/**
 * What runs at run time is bundled with everything it needs, so that the package has no dependencies: the SDK too,
 * because UpdateObjectEncryption is younger than the SDK of some Lambda runtimes.
 */
export function addBundles(project: awscdk.AwsCdkConstructLibrary): void {
  for (const handler of HANDLERS) {
    project.bundler.addBundle(`src/backfill/${handler}.lambda.ts`, { platform: 'node', target: 'node22', externals: [], minify: true, watchTask: false });
  }
  project.bundler.addBundle('src/cli/main.ts', {
    platform: 'node',
    target: 'node20',
    externals: [],
    minify: false, // a stack trace that a user sends us can be read
    outfile: 'main.js',
    executable: true,
    watchTask: false,
  });
  // What AWS runs for us as text is read from there at synthesis.
  project.bundler.bundleTask.exec('node -e "const fs = require(\'node:fs\'); fs.rmSync(\'assets/compliance\', { recursive: true, force: true }); for (const kind of [\'rules\', \'template-rules\', \'documents\']) fs.cpSync(\'src/compliance/\' + kind, \'assets/compliance/\' + kind, { recursive: true })"');
  project.addBins({ 'cdk-s3-encryption': 'assets/cli/main/main.js' });

  const dev = ['src/core/**', 'src/cli/**', 'src/runtime/**', 'src/**/*.lambda.ts'];
  project.eslint?.allowDevDeps(dev[0]);
  dev.slice(1).forEach((glob) => project.eslint?.allowDevDeps(glob));
  // The bundles are what runs; their sources compiled by jsii are dead weight in the package.
  for (const dead of ['/lib/core/', '/lib/cli/', '/lib/runtime/', '/lib/**/*.lambda.*']) { project.addPackageIgnore(dead); }
}
