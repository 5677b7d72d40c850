import { readFileSync, rmSync } from 'fs';
import { join } from 'path';
import { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { HandHardenedStack, SecureStack } from './stacks';

/** One measurement, as this program prints it. */
export interface Measurement {
  /** Of processor time, which other programs on the machine do not stretch. */
  readonly milliseconds: number;
  /** As a clock on the wall has it. */
  readonly elapsed: number;
  readonly bytes: number;
  readonly resources: number;
}

// node measure.js secure|hand BUCKETS: measures one synthesis in a process of its own.
const [, , variant, buckets] = process.argv;

// This library loads these when it is loaded, the CDK when they are first touched. Before the clock
// starts, both sides have them.
void [App, iam.PolicyStatement, iam.PolicyDocument, kms.Key, s3.Bucket, s3.CfnBucket];

const started = performance.now();
const before = process.cpuUsage();
const app = new App();
const Variant = variant === 'secure' ? SecureStack : HandHardenedStack;
const stack = new Variant(app, 'Bench', Number(buckets));
const { directory } = app.synth();
const { user, system } = process.cpuUsage(before);
const elapsed = performance.now() - started;

const template = readFileSync(join(directory, stack.templateFile), 'utf8');
rmSync(directory, { recursive: true, force: true });
const { Resources } = JSON.parse(template) as { Resources: object };
const measurement: Measurement = {
  milliseconds: (user + system) / 1000, elapsed, bytes: Buffer.byteLength(template), resources: Object.keys(Resources).length,
};
process.stdout.write(JSON.stringify(measurement));
