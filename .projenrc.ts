import { awscdk, javascript, typescript } from 'projen';
import { addBundles } from './projenrc/bundles';
import { addChecks } from './projenrc/checks';
import { addRoomRules } from './projenrc/rooms';

/** Folders of TypeScript that are not published: they are type-checked and linted with the tests. */
const devDirs = ['test', 'emulator', 'deployer', 'demo', 'examples', 'bench', 'scripts', 'projenrc'];

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-s3-encryption',
  description: 'S3 encryption at rest for AWS CDK: keys, buckets, policies and grants that are right for every kind of request',
  author: 'The cdk-s3-encryption authors',
  authorAddress: 'cdk-s3-encryption@users.noreply.github.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-s3-encryption/cdk-s3-encryption.git',
  defaultReleaseBranch: 'main',
  license: 'Apache-2.0',
  keywords: ['aws', 'cdk', 's3', 'kms', 'encryption', 'security'],
  stability: 'experimental',

  // The floor is what we compile and test against: `grantOnKey` as the single route of all grants,
  // `blockedEncryptionTypes` and `Validations` are all there in 2.276 (docs/decisions/0001-peer-floor.md).
  cdkVersion: '2.276.0',
  constructsVersion: '10.5.1',
  jsiiVersion: '~6.0.0', // jsii is not semver across minors
  typescriptVersion: '~6.0.3', // must be the TypeScript inside jsii 6
  minNodeVersion: '20.16.0', // the floor of jsii 6
  packageManager: javascript.NodePackageManager.NPM,

  projenrcTs: true,
  runner: typescript.TypeScriptRunner.tsx(),
  github: false,
  buildWorkflow: false,
  release: false,
  depsUpgrade: false,
  pullRequestTemplate: false,
  sampleCode: false,
  lambdaAutoDiscover: false, // it would publish a construct for every handler, and its name for ever
  bundlerOptions: { esbuildVersion: '0.28.2' },

  publishToPypi: { distName: 'cdk-s3-encryption', module: 'cdk_s3_encryption' },
  publishToMaven: {
    javaPackage: 'io.github.cdks3encryption',
    mavenGroupId: 'io.github.cdk-s3-encryption',
    mavenArtifactId: 'cdk-s3-encryption',
  },
  publishToNuget: { dotNetNamespace: 'CdkS3Encryption', packageId: 'CdkS3Encryption' },
  publishToGo: { moduleName: 'github.com/cdk-s3-encryption/cdk-s3-encryption-go', packageName: 's3encryption' },

  devDeps: [
    '@aws-cdk/assert@2.68.0', // SynthUtils and matchers of the snapshot tests; everything else uses aws-cdk-lib/assertions
    '@aws-sdk/client-athena@3.1164.0', // asks the saved questions; bundled into the command
    '@aws-sdk/client-config-service@3.1124.0', // the rule about the period of rotation answers AWS Config with it; bundled into its handler
    '@aws-sdk/client-cloudwatch-logs@3.1169.0', // the same, and finds the log group
    '@aws-sdk/client-iam@3.1169.0', // the local deployer calls the public APIs, as CloudFormation would
    '@aws-sdk/client-kms@3.1164.0',
    '@aws-sdk/client-s3@3.1175.0', // has UpdateObjectEncryption and BlockedEncryptionTypes
    '@aws-sdk/client-cloudwatch@3.1164.0', // the local Step Functions make the calls of the state machine with it
    '@aws-sdk/client-eventbridge@3.1169.0',
    '@aws-sdk/client-lambda@3.1164.0', // the local Lambda speaks the same API, and the tests call it
    '@aws-sdk/client-s3-control@3.1112.0', // S3 Batch Operations; bundled into the handlers and the command
    '@aws-sdk/client-sfn@3.1164.0', // starts and follows the state machine; bundled into the command
    '@aws-sdk/client-sns@3.1169.0',
    '@aws-sdk/client-sts@3.1174.0',
    '@types/aws-lambda@8.10.164', // the events that S3 Batch Operations and CloudFormation send to the handlers
    '@cdklabs/cdk-validator-cfnguard@0.0.40', // has cfn-guard 2.1.3, of the generation that AWS Config runs custom policies with; the newest has 3
    'ajv@8.20.0', // holds CreateJob to the schema made from the service model, which no SDK validates
    'asl-validator@4.0.0', // checks the definition of the state machine
    'aws-local-stepfunctions@3.0.0', // runs the state machine in tests: a real interpreter of the States Language
    '@cloud-copilot/iam-simulate@0.1.173', // evaluates the synthesized policies in the policy proofs (AGPL: development only, never shipped)
    'cdk-nag@3.0.2', // the invariants table runs AwsSolutions and NIST 800-53 R5
    'cli-progress@3.12.0', // progress bars of the command and the demo; bundled
    'cli-table3@0.6.5', // tables of the command and the demo; bundled
    '@types/cli-progress@3.11.6',
    'fast-check@4.10.2', // property-based tests over the props
    'jsii-rosetta@~6.0.0', // compiles every documented example
  ],

  eslintOptions: {
    dirs: ['src'],
    devdirs: [...devDirs, '.projenrc.ts'],
    commandOptions: { fix: false }, // a check that rewrites what it checks has checked nothing
  },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    coverageText: false,
    junitReporting: false,
    jestConfig: {
      collectCoverage: false,
      globalSetup: '<rootDir>/test/setup/make-temp.ts',
      globalTeardown: '<rootDir>/test/setup/remove-temp.ts',
      testTimeout: 120_000,
      maxWorkers: 2,
    },
  },
  allowScripts: ['esbuild', 'unrs-resolver', '@parcel/watcher'],
  gitignore: ['/.venv/', '__pycache__/', '/cdk.out/', '/.demo/', '.DS_Store'],
});
for (const path of [...devDirs, 'docs', '.ci', '.venv', 'rosetta', 'cdk.out', '.demo', 'tsconfig.dev.json']) {
  project.npmignore?.exclude(`/${path}`);
}

// A lockfile without addresses installs from whatever registry the reader uses.
const npmrc = new javascript.NpmConfig(project, { omitEmpty: true });
npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
npmrc.addConfig('fund', 'false');
npmrc.addConfig('audit', 'false');

// 1.13.0 names platform bindings that not every registry has, and `npm ci` then refuses the lockfile.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
// jsii tells on every run that Node 20 is past its end; we support it on purpose (minNodeVersion above).
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

// Packaging for the other languages needs their registries; the sources are what we check.
for (const language of ['java', 'python', 'dotnet', 'go']) {
  project.tasks.tryFind(`package:${language}`)?.reset(`jsii-pacmak -v --target ${language} --code-only`);
}

// projen ignores the file that jsii now compiles against; a reader of the repository needs it.
project.gitignore.removePatterns('tsconfig.json');

addRoomRules(project);
addBundles(project);
addChecks(project, devDirs);
project.synth();
