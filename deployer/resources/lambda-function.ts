import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionDefinition } from '../../emulator/lambda/function-definition';
import { findAsset } from '../custom-resource/asset';
import { assertSame } from '../kept';
import type { PropertyReader } from '../property-reader';
import type { ResourceContext, ResourceHandler } from '../resource';
import { readTags, tagMap } from '../tags';

// The values of Lambda: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MEGABYTES = 128;
const MAX_NAME_LENGTH = 64;
const ARCHITECTURES = ['arm64', 'x86_64'];

/** What is read back of a function, by the names of its properties. */
const STORED_AS = {
  Description: 'description',
  Handler: 'handler',
  Role: 'roleArn',
  Timeout: 'timeoutSeconds',
  MemorySize: 'memoryMegabytes',
  Environment: 'environment',
  ReservedConcurrentExecutions: 'reservedConcurrency',
  LoggingConfig: 'logging',
  Tags: 'tags',
} as const;

/**
 * AWS::Lambda::Function, run by a host on this machine.
 *
 * Every property that is read here takes effect in the processes that run the code.
 */
export const lambdaFunction: ResourceHandler = (properties, context) => {
  const runtime = properties.requiredString('Runtime');
  // The code runs in the Node that runs the deployer, whatever the version in the template.
  if (!runtime.startsWith('nodejs')) throw properties.refuse('Runtime', `it runs Node code only, got ${runtime}`);
  const code = readCode(properties.requiredObject('Code'), context);
  const name = properties.string('FunctionName') ?? context.physicalName({ maxLength: MAX_NAME_LENGTH });
  const arn = `arn:${context.env.partition}:lambda:${context.env.region}:${context.env.account}:function:${name}`;
  const stored = {
    arn,
    name,
    description: properties.string('Description'),
    handler: properties.requiredString('Handler'),
    roleArn: properties.requiredString('Role'),
    timeoutSeconds: properties.number('Timeout') ?? DEFAULT_TIMEOUT_SECONDS,
    memoryMegabytes: properties.number('MemorySize') ?? DEFAULT_MEMORY_MEGABYTES,
    environment: properties.object('Environment')?.stringMap('Variables') ?? {},
    reservedConcurrency: properties.number('ReservedConcurrentExecutions'),
    logging: readLogging(properties),
    tags: tagMap(readTags(properties, context)),
  };
  readArchitectures(properties);
  readDisk(properties);
  return {
    create: async () => {
      await context.functions.create({ ...stored, directory: code.directory() });
      return { physicalId: name, attributes: { Arn: arn } };
    },
    configure: async () => {
      const kept = context.functions.find(arn);
      for (const [property, field] of Object.entries(STORED_AS)) assertSame(properties, property, stored[field], kept?.[field]);
    },
    destroy: async () => {
      await context.functions.remove(arn);
      code.remove();
    },
  };
};

/** A function finds these in its environment. The system's own lines are not written here, so their level is refused. */
function readLogging(properties: PropertyReader): FunctionDefinition['logging'] {
  const logging = properties.object('LoggingConfig');
  return logging && { group: logging.string('LogGroup'), format: logging.string('LogFormat'), level: logging.string('ApplicationLogLevel') };
}

/** Code of Node is the same on both. */
function readArchitectures(properties: PropertyReader): void {
  const other = properties.strings('Architectures')?.find((architecture) => !ARCHITECTURES.includes(architecture));
  if (other !== undefined) throw properties.refuse('Architectures', `it must be ${ARCHITECTURES.join(' or ')}, got ${other}`);
}

/** A function has the disk of this machine, which is at least what it may ask for. */
function readDisk(properties: PropertyReader): void {
  const size = properties.object('EphemeralStorage')?.number('Size');
  if (size !== undefined && (size < 512 || size > 10_240)) throw properties.refuse('EphemeralStorage', `it must have 512 to 10240 MB, got ${size}`);
}

interface Code {
  directory(): string;
  remove(): void;
}

function readCode(code: PropertyReader, context: ResourceContext): Code {
  const inline = code.string('ZipFile');
  if (inline !== undefined) return inlineCode(inline);
  const asset = findAsset(context.stack, code.requiredString('S3Bucket'), code.requiredString('S3Key'));
  if (!statSync(asset).isDirectory()) throw code.refuse('S3Key', 'its asset is an archive, the deployer runs folders');
  return { directory: () => asset, remove: () => undefined };
}

function inlineCode(source: string): Code {
  let directory: string | undefined;
  return {
    directory: () => {
      directory = mkdtempSync(join(tmpdir(), 'deployer-function-'));
      // CloudFormation writes inline code to a file named index.
      writeFileSync(join(directory, 'index.js'), source);
      return directory;
    },
    remove: () => {
      if (directory) rmSync(directory, { recursive: true, force: true });
    },
  };
}
