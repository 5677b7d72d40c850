import type { awscdk } from 'projen';

/** Who may import whom: docs/architecture.md, held by lint. */
export function addRoomRules(project: awscdk.AwsCdkConstructLibrary): void {
  const eslint = project.eslint;
  if (eslint === undefined) { throw new Error('the room rules need eslint'); }

  eslint.addRules({
    'import/no-restricted-paths': ['error', {
      zones: [
        { target: './src', from: ['./test', './emulator', './deployer', './demo', './examples', './bench', './scripts'], message: 'what is published imports only what is published' },
        { target: './src/private', from: ['./src/key', './src/bucket', './src/backfill', './src/monitoring', './src/audit', './src/exposure', './src/compliance', './src/objects', './src/baseline', './src/controls', './src/core', './src/cli'], message: 'private helpers know no area' },
        { target: './src/controls', from: './src', except: ['./controls'], message: 'what standards ask for stands by itself' },
        { target: './src/key', from: './src/bucket', message: 'a key knows no bucket' },
        { target: './src/bucket', from: './src/key', except: ['./index.ts'], message: 'areas meet at their index' },
        { target: ['./src/key', './src/bucket'], from: './src/backfill', message: 'what is repaired does not know the repair' },
        { target: './src/backfill', from: ['./src/key', './src/bucket'], except: ['./index.ts'], message: 'areas meet at their index' },
        { target: './src/backfill/!(*.lambda).ts', from: ['./src/core', './src/runtime', './src/cli'], message: 'synthesis does not import what runs' },
        { target: ['./src/core', './src/runtime', './src/cli', './src/**/*.lambda.ts'], from: ['./src/key', './src/bucket', './src/private'], message: 'what runs knows nothing of synthesis' },
        { target: ['./src/key', './src/bucket', './src/backfill'], from: ['./src/monitoring', './src/audit', './src/exposure', './src/compliance', './src/objects', './src/baseline'], message: 'what is watched does not know who watches' },
        { target: ['./src/monitoring', './src/audit', './src/exposure', './src/compliance', './src/objects', './src/mixins'], from: './src/baseline', message: 'parts do not know what they are part of' },
        { target: './src/baseline', from: ['./src/key', './src/bucket', './src/backfill', './src/monitoring', './src/audit', './src/exposure', './src/compliance', './src/objects', './src/controls'], except: ['./index.ts'], message: 'areas meet at their index' },
        { target: './src/monitoring', from: ['./src/key', './src/bucket', './src/backfill', './src/audit'], except: ['./index.ts'], message: 'areas meet at their index' },
        { target: './src/audit', from: ['./src/key', './src/bucket', './src/backfill', './src/monitoring'], except: ['./index.ts'], message: 'areas meet at their index' },
        { target: './src/exposure', from: ['./src/key', './src/bucket', './src/backfill', './src/monitoring', './src/audit'], except: ['./index.ts'], message: 'areas meet at their index' },
        { target: './src/compliance', from: ['./src/key', './src/bucket', './src/backfill', './src/monitoring', './src/audit', './src/exposure'], except: ['./index.ts'], message: 'areas meet at their index' },
        { target: './src/objects', from: ['./src/key', './src/bucket', './src/backfill', './src/monitoring', './src/audit', './src/exposure', './src/compliance'], except: ['./index.ts'], message: 'areas meet at their index' },
        { target: ['./src/monitoring', './src/audit', './src/exposure', './src/compliance'], from: './src/objects', message: 'whoever hears does not know who tells' },
        { target: './src/mixins', from: ['./src/key', './src/bucket', './src/backfill', './src/monitoring', './src/audit', './src/exposure', './src/compliance'], except: ['./index.ts'], message: 'areas meet at their index' },
        { target: ['./src/monitoring', './src/audit', './src/exposure/!(*.lambda).ts', './src/mixins', './src/baseline', './src/compliance/!(*.lambda).ts', './src/objects/!(*.lambda).ts'], from: ['./src/core', './src/runtime', './src/cli'], message: 'synthesis does not import what runs' },
        { target: './src/questions', from: './src', except: ['./questions'], message: 'the questions know nothing: both synthesis and the command import them' },
        { target: './src/core', from: ['./src/runtime', './src/cli'], message: 'the core takes what it needs as arguments' },
        { target: './emulator', from: ['./src', './deployer', './demo'], message: 'the local AWS does not know the library that is tested on it' },
        { target: './deployer', from: ['./src', './demo'], message: 'the deployer applies any template' },
      ],
    }],
  });
  eslint.addOverride({
    files: ['src/core/**', 'src/runtime/**', 'src/cli/**', 'src/**/*.lambda.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'] }],
    },
  });
  eslint.addOverride({
    files: ['src/core/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'the core has no environment' }],
    },
  });
  // Synthesis is deterministic: no clock, no randomness, no output of its own.
  eslint.addOverride({
    files: ['src/key/**', 'src/bucket/**', 'src/backfill/**', 'src/monitoring/**', 'src/audit/**', 'src/exposure/**', 'src/compliance/**', 'src/objects/**', 'src/mixins/**', 'src/baseline/**', 'src/controls/**', 'src/questions/**', 'src/private/**'],
    excludedFiles: ['**/*.lambda.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error',
        { object: 'process', property: 'env', message: 'synthesis does not depend on the environment' },
        { object: 'Date', property: 'now', message: 'synthesis has no clock' },
        { object: 'Math', property: 'random', message: 'synthesis has no randomness' }],
      'no-restricted-syntax': ['error', { selector: "NewExpression[callee.name='Date']", message: 'synthesis has no clock' }],
    },
  });
}
