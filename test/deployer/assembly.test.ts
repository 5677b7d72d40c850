import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, aws_s3 as s3, Stack, Stage } from 'aws-cdk-lib';
import { synthesize, temporaryDirectory, writeAssembly } from './helpers/assembly';
import { readAssembly } from '../../deployer/assembly';
import { findAsset } from '../../deployer/custom-resource/asset';

const empty = { template: { Resources: {} } };

describe('readAssembly', () => {
  test('puts a stack after those that it depends on', () => {
    const directory = writeAssembly({ C: { ...empty, dependencies: ['B'] }, B: { ...empty, dependencies: ['A'] }, A: empty });
    expect(readAssembly(directory).map(({ stackName }) => stackName)).toEqual(['A', 'B', 'C']);
  });

  test('fails on stacks that depend on each other', () => {
    const directory = writeAssembly({ A: { ...empty, dependencies: ['B'] }, B: { ...empty, dependencies: ['A'] } });
    expect(() => readAssembly(directory)).toThrow('stacks depend on each other in a cycle: A -> B -> A');
  });

  test('reads the environment, or none', () => {
    const directory = writeAssembly({ A: empty, B: { ...empty, environment: 'aws://111122223333/eu-west-1' } });
    expect(readAssembly(directory)).toMatchObject([
      { stackName: 'A', account: undefined, region: undefined },
      { stackName: 'B', account: '111122223333', region: 'eu-west-1' },
    ]);
  });

  test('reads the stacks of stages, by their deployed names', () => {
    const directory = synthesize((app: App) => {
      new s3.Bucket(new Stack(new Stage(app, 'Prod'), 'Shop', { tags: { team: 'blue' } }), 'Bucket');
    });
    expect(readAssembly(directory)).toMatchObject([{ stackName: 'Prod-Shop', tags: { team: 'blue' } }]);
  });

  test('fails on a folder that is no assembly', () => {
    expect(() => readAssembly(temporaryDirectory())).toThrow('holds no manifest.json');
  });
});

describe('findAsset', () => {
  const stackWithAsset = () => {
    const directory = writeAssembly({ A: { ...empty, assets: { abc: { 'index.js': '' } } } });
    return { directory, stack: readAssembly(directory)[0] };
  };

  test('finds the folder under the key of its destination', () => {
    const { directory, stack } = stackWithAsset();
    expect(findAsset(stack, 'assets', 'abc.zip')).toBe(join(directory, 'asset.abc'));
  });

  test('fails on a key that the stack does not publish', () => {
    expect(() => findAsset(stackWithAsset().stack, 'assets', 'other.zip')).toThrow('stack A has no asset other.zip for bucket assets');
  });

  test('fails on an asset whose files are gone', () => {
    const { directory, stack } = stackWithAsset();
    rmSync(join(directory, 'asset.abc'), { recursive: true });
    expect(() => findAsset(stack, 'assets', 'abc.zip')).toThrow('is not in the cloud assembly');
  });
});
