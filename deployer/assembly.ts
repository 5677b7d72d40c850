import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from './errors';
import { inDependencyOrder } from './order';
import { isRecord, show } from './values';

/** One stack of a cloud assembly. */
export interface StackArtifact {
  readonly id: string;
  readonly stackName: string;
  /** The account and region of the stack, `undefined` for an environment-agnostic stack. */
  readonly account?: string;
  readonly region?: string;
  readonly template: unknown;
  readonly tags: Record<string, string>;
  readonly dependencies: readonly string[];
  readonly assets: readonly FileAsset[];
}

/** A file or folder of the assembly that a template refers to by bucket and key. */
export interface FileAsset {
  readonly path: string;
  readonly packaging: string;
  readonly destinations: readonly { readonly bucketName: string; readonly objectKey: string }[];
}

/** The stacks of a cloud assembly and of the assemblies nested in it, each after what it depends on. */
export function readAssembly(directory: string): StackArtifact[] {
  const stacks = new Map(readStacks(directory).map((stack) => [stack.id, stack]));
  const order = inDependencyOrder([...stacks.keys()], (id) => stacks.get(id)!.dependencies.filter((other) => stacks.has(other)), 'stacks');
  return order.map((id) => stacks.get(id)!);
}

function readStacks(directory: string): StackArtifact[] {
  const manifestFile = join(directory, 'manifest.json');
  if (!existsSync(manifestFile)) throw new RefusedError(`${directory} holds no manifest.json: it is not a cloud assembly`);
  const artifacts = record(readJson(manifestFile), 'artifacts');
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    if (!isRecord(artifact)) throw new RefusedError(`artifact ${id} is not an object`);
    const properties = record(artifact, 'properties');
    if (artifact.type === 'cdk:cloud-assembly') return readStacks(join(directory, String(properties.directoryName)));
    return artifact.type === 'aws:cloudformation:stack' ? [readStack(directory, id, artifact, properties, artifacts)] : [];
  });
}

function readStack(
  directory: string, id: string, artifact: Record<string, unknown>, properties: Record<string, unknown>, artifacts: Record<string, unknown>,
): StackArtifact {
  const environment = /^aws:\/\/([^/]+)\/(.+)$/.exec(String(artifact.environment));
  if (!environment) throw new RefusedError(`stack ${id} has no environment, got ${show(artifact.environment)}`);
  const dependencies = Array.isArray(artifact.dependencies) ? artifact.dependencies.map(String) : [];
  return {
    id,
    stackName: typeof properties.stackName === 'string' ? properties.stackName : id,
    account: environment[1] === 'unknown-account' ? undefined : environment[1],
    region: environment[2] === 'unknown-region' ? undefined : environment[2],
    template: readJson(join(directory, String(properties.templateFile))),
    tags: Object.fromEntries(Object.entries(record(properties, 'tags')).map(([key, value]) => [key, String(value)])),
    dependencies,
    assets: dependencies.flatMap((dependency) => {
      const other = artifacts[dependency];
      if (!isRecord(other) || other.type !== 'cdk:asset-manifest') return [];
      return readAssets(directory, String(record(other, 'properties').file));
    }),
  };
}

function readAssets(directory: string, file: string): FileAsset[] {
  return Object.values(record(readJson(join(directory, file)), 'files')).map((asset) => {
    if (!isRecord(asset)) throw new RefusedError(`${file} holds an asset that is not an object`);
    const source = record(asset, 'source');
    return {
      path: join(directory, String(source.path)),
      packaging: String(source.packaging),
      destinations: Object.values(record(asset, 'destinations')).map((destination) => ({
        bucketName: String(record({ destination }, 'destination').bucketName),
        objectKey: String(record({ destination }, 'destination').objectKey),
      })),
    };
  });
}

function record(parent: unknown, key: string): Record<string, unknown> {
  const value = isRecord(parent) ? parent[key] : undefined;
  return isRecord(value) ? value : {};
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
