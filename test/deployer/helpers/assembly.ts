import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib';

const directories: string[] = [];
afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

/** A folder that is removed when the tests of the file are done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'deployer-test-'));
  directories.push(directory);
  return directory;
}

/** Synthesizes an app into a folder, as `cdk synth` does. */
export function synthesize(define: (app: App) => void, props: AppProps = {}): string {
  const app = new App({ ...props, outdir: temporaryDirectory() });
  define(app);
  return app.synth().directory;
}

export interface HandWrittenStack {
  readonly template: object;
  readonly dependencies?: readonly string[];
  readonly environment?: string;
  /** @default - the name of the artifact */
  readonly stackName?: string;
  readonly tags?: Record<string, string>;
  /** Files of assets, by hash. */
  readonly assets?: Record<string, Record<string, string>>;
}

const AGNOSTIC = 'aws://unknown-account/unknown-region';

/** Writes a cloud assembly by hand, for templates that CDK would not make. */
export function writeAssembly(stacks: Record<string, HandWrittenStack>): string {
  const directory = temporaryDirectory();
  const artifacts: Record<string, object> = {};
  for (const [name, { template, dependencies = [], environment = AGNOSTIC, stackName, tags, assets = {} }] of Object.entries(stacks)) {
    writeJson(join(directory, `${name}.template.json`), template);
    writeJson(join(directory, `${name}.assets.json`), { files: Object.fromEntries(Object.keys(assets).map((hash) => [hash, fileAsset(hash)])) });
    for (const [hash, files] of Object.entries(assets)) {
      mkdirSync(join(directory, `asset.${hash}`));
      for (const [file, content] of Object.entries(files)) writeFileSync(join(directory, `asset.${hash}`, file), content);
    }
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } };
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment,
      properties: { templateFile: `${name}.template.json`, stackName, tags },
      dependencies: [`${name}.assets`, ...dependencies],
    };
  }
  writeJson(join(directory, 'manifest.json'), { version: '55.0.0', artifacts });
  return directory;
}

/** An assembly of one stack, named Stack, with these resources. */
export function writeStack(resources: object, rest: object = {}): string {
  return writeAssembly({ Stack: { template: { Resources: resources, ...rest } } });
}

function fileAsset(hash: string): object {
  return {
    source: { path: `asset.${hash}`, packaging: 'zip' },
    destinations: { current: { bucketName: 'assets', objectKey: `${hash}.zip` } },
  };
}

function writeJson(file: string, json: object): void {
  writeFileSync(file, JSON.stringify(json));
}
