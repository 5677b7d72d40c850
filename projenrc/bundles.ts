import type { awscdk } from 'projen';

/** Handlers: `src/AREA/NAME.lambda.ts` becomes `assets/AREA/NAME.lambda/index.js`. */
const HANDLERS = ['backfill/reencrypt', 'backfill/classify', 'backfill/watch-stack', 'compliance/rotation-period', 'exposure/macie', 'objects/report'];

/**
 * What runs at run time is bundled with everything it needs, so that the package has no dependencies: the SDK too,
 * because UpdateObjectEncryption is younger than the SDK of some Lambda runtimes.
 */
export function addBundles(project: awscdk.AwsCdkConstructLibrary): void {
  for (const handler of HANDLERS) {
    project.bundler.addBundle(`src/${handler}.lambda.ts`, { platform: 'node', target: 'node22', externals: [], minify: true, watchTask: false });
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
  for (const kind of ['rules', 'template-rules', 'stack-rules', 'documents']) {
    const [from, to] = [`src/compliance/${kind}`, `assets/compliance/${kind}`];
    project.bundler.bundleTask.exec(`node -e "const fs = require('node:fs'); fs.rmSync('${to}', { recursive: true, force: true }); fs.cpSync('${from}', '${to}', { recursive: true })"`);
  }
  project.addBins({ 'cdk-s3-encryption': 'assets/cli/main/main.js' });

  const dev = ['src/core/**', 'src/cli/**', 'src/runtime/**', 'src/**/*.lambda.ts'];
  project.eslint?.allowDevDeps(dev[0]);
  dev.slice(1).forEach((glob) => project.eslint?.allowDevDeps(glob));
  // The bundles are what runs; their sources compiled by jsii are dead weight in the package.
  for (const dead of ['/lib/core/', '/lib/cli/', '/lib/runtime/', '/lib/**/*.lambda.*']) { project.addPackageIgnore(dead); }
}
