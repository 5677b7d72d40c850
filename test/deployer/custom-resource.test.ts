import { existsSync } from 'node:fs';
import { HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { App, aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { synthesize, writeAssembly } from './helpers/assembly';
import { useEndpoint } from './helpers/endpoint';
import { deployAssembly } from '../../deployer/deploy';

const aws = useEndpoint();
const deploy = (directory: string, options: object = {}) => deployAssembly(directory, { endpoint: aws.endpoint, ...options });

/** A handler that answers with `answer`, an expression over the event `e`. */
const answering = (answer: string) => `
  exports.handler = async (e) => {
    const response = { StackId: e.StackId, RequestId: e.RequestId, LogicalResourceId: e.LogicalResourceId, ...(${answer}) };
    await fetch(e.ResponseURL, { method: 'PUT', body: JSON.stringify(response) });
  };`;

interface CustomStack {
  readonly code: string;
  readonly properties?: object;
  readonly functionProperties?: object;
  readonly outputs?: object;
  readonly extra?: object;
}

function customStack({ code, properties = {}, functionProperties = {}, outputs = {}, extra = {} }: CustomStack): string {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] };
  const allowed = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  return writeAssembly({
    Stack: {
      assets: { abc: { 'index.js': code } },
      template: {
        Resources: {
          Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 's3', PolicyDocument: allowed }] } },
          Function: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              Code: { S3Bucket: 'assets', S3Key: 'abc.zip' }, Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs22.x', Timeout: 20, ...functionProperties,
            },
          },
          Custom: { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, ...properties } },
          ...extra,
        },
        Outputs: outputs,
      },
    },
  });
}

describe('autoDeleteObjects', () => {
  test('empties the bucket with every version when the deployment is destroyed', async () => {
    const deployment = await deploy(synthesize((app: App) => {
      new s3.Bucket(new Stack(app, 'Auto'), 'Bucket', { versioned: true, autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    }));
    const Bucket = deployment.stacks[0].resources.find(({ type }) => type === 'AWS::S3::Bucket')!.physicalId;
    for (const Body of ['one', 'two']) await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'key', Body }));
    const report = await deployment.destroy();
    expect(report.failed).toEqual([]);
    expect(report.deleted.map(({ type }) => type)).toContain('Custom::S3AutoDeleteObjects');
    await expect(aws.s3.send(new HeadBucketCommand({ Bucket }))).rejects.toThrow();
  });
});

describe('a custom resource', () => {
  test('gets what CloudFormation sends, and gives its data', async () => {
    const deployment = await deploy(customStack({
      code: answering('{ Status: \'SUCCESS\', PhysicalResourceId: \'thing-1\', Data: { Event: JSON.stringify({ ...e, ResponseURL: \'x\' }), \'Nested.Key\': \'deep\' } }'),
      properties: { Text: 'a', Number: 3, Flag: true, List: [1, { Deep: false }] },
      outputs: { Event: { Value: { 'Fn::GetAtt': ['Custom', 'Event'] } }, Deep: { Value: { 'Fn::GetAtt': ['Custom', 'Nested.Key'] } }, Ref: { Value: { Ref: 'Custom' } } },
    }));
    const outputs = deployment.outputs('Stack');
    expect(JSON.parse(String(outputs.Event))).toEqual({
      RequestType: 'Create',
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ResponseURL: 'x',
      StackId: expect.stringMatching(/^arn:aws:cloudformation:us-east-1:123456789012:stack\/Stack\//),
      LogicalResourceId: 'Custom',
      ResourceType: 'Custom::Thing',
      // CloudFormation turns scalars into strings.
      ResourceProperties: {
        ServiceToken: deployment.attribute('Stack', 'Function', 'Arn'), Text: 'a', Number: '3', Flag: 'true', List: ['1', { Deep: 'false' }],
      },
    });
    expect(outputs).toMatchObject({ Deep: 'deep', Ref: 'thing-1' });
  });

  test('runs in a process of its own, as the role of its function', async () => {
    process.env.LEAK = 'a secret of the person who deploys';
    const deployment = await deploy(customStack({
      code: `
        const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
        ${answering(`{ Status: 'SUCCESS', PhysicalResourceId: String(process.pid), Data: {
          Arn: (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn, Own: process.env.OWN, Leaked: String(process.env.LEAK), Memory: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
        } }`)}`,
      functionProperties: { Environment: { Variables: { OWN: 'yes' } }, MemorySize: 256 },
      outputs: Object.fromEntries(['Arn', 'Own', 'Leaked', 'Memory'].map((name) => [name, { Value: { 'Fn::GetAtt': ['Custom', name] } }])),
    }));
    expect(deployment.physicalId('Stack', 'Custom')).not.toBe(String(process.pid));
    expect(deployment.outputs('Stack')).toEqual({
      Arn: expect.stringContaining(`assumed-role/${deployment.physicalId('Stack', 'Role')}/`), Own: 'yes', Leaked: 'undefined', Memory: '256',
    });
  });

  test('is told to delete what it created', async () => {
    const marker = 'custom-resource-marker';
    const deployment = await deploy(customStack({
      code: `
        const { S3Client, CreateBucketCommand, DeleteBucketCommand } = require('@aws-sdk/client-s3');
        ${answering(`await new S3Client({}).send(e.RequestType === 'Create' ? new CreateBucketCommand({ Bucket: '${marker}' }) : new DeleteBucketCommand({ Bucket: e.PhysicalResourceId })),
          { Status: 'SUCCESS', PhysicalResourceId: '${marker}' }`)}`,
    }));
    await expect(aws.s3.send(new HeadBucketCommand({ Bucket: marker }))).resolves.toBeDefined();
    expect((await deployment.destroy()).failed).toEqual([]);
    await expect(aws.s3.send(new HeadBucketCommand({ Bucket: marker }))).rejects.toThrow();
  });

  test('may be written with a callback and inline', async () => {
    const deployment = await deploy(customStack({
      code: '',
      functionProperties: {
        Code: {
          ZipFile: `exports.handler = (e, c, callback) => {
            const body = JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: c.functionName, Data: { Left: String(c.getRemainingTimeInMillis() > 0) } });
            const u = new URL(e.ResponseURL);
            const r = require('https').request({ hostname: u.hostname, port: 443, path: u.pathname, method: 'PUT' }, () => callback(null));
            r.end(body);
          };`,
        },
      },
      outputs: { Left: { Value: { 'Fn::GetAtt': ['Custom', 'Left'] } } },
    }));
    expect(deployment.physicalId('Stack', 'Custom')).toBe(deployment.physicalId('Stack', 'Function'));
    expect(deployment.outputs('Stack')).toEqual({ Left: 'true' });
    const { directory } = deployment.functions[0];
    expect(existsSync(directory)).toBe(true);
    await deployment.destroy();
    expect(existsSync(directory)).toBe(false);
  });

  test.each<[string, string, RegExp]>([
    ['its handler answers FAILED', answering('{ Status: \'FAILED\', PhysicalResourceId: \'x\', Reason: \'the disk is full\' }'), /the handler answered FAILED: the disk is full/],
    ['its handler throws', 'exports.handler = async () => { throw new Error("out of luck"); };', /failed with Error: out of luck, and sent no response/],
    ['its handler forgets to answer', 'exports.handler = async () => { console.log("a trace"); };', /ended and sent no response(.|\n)*a trace/],
    ['its code does not load', 'nonsense(', /failed with Runtime.UserCodeSyntaxError: SyntaxError/],
    ['its code has no such handler', 'exports.other = 1;', /index.handler is undefined or not exported/],
    ['its response has no status', answering('{ Status: \'MAYBE\' }'), /no Status of SUCCESS or FAILED/],
    ['its response has no physical id', answering('{ Status: \'SUCCESS\' }'), /no PhysicalResourceId/],
    ['its response is too long', answering('{ Status: \'SUCCESS\', PhysicalResourceId: \'x\', Data: { Long: \'x\'.repeat(5000) } }'), /bytes, CloudFormation takes 4096/],
  ])('fails if %s', async (_, code, message) => {
    const failure = deploy(customStack({ code }));
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(/^Custom \(Custom::Thing\) failed: /);
  });

  test('fails if its handler takes longer than its function may, and ends the process', async () => {
    const code = 'exports.handler = async () => { console.log(`pid=${process.pid}`); await new Promise((done) => setTimeout(done, 60_000)); };';
    const error = await deploy(customStack({ code, functionProperties: { Timeout: 1 } })).catch((caught: Error) => caught);
    expect(String(error)).toMatch(/sent no response within 1 s/);
    const pid = Number(/pid=(\d+)/.exec(String(error))?.[1]);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  test('fails if its handler takes longer than its ServiceTimeout', async () => {
    const code = 'exports.handler = () => new Promise((done) => setTimeout(done, 60_000));';
    await expect(deploy(customStack({ code, properties: { ServiceTimeout: 1 } }))).rejects.toThrow(/sent no response within 1 s/);
  });

  test('gets a Delete after a Create that failed, as CloudFormation sends it', async () => {
    const marker = 'failed-create-marker';
    const code = `
      const { S3Client, CreateBucketCommand } = require('@aws-sdk/client-s3');
      ${answering(`e.RequestType === 'Delete' && await new S3Client({}).send(new CreateBucketCommand({ Bucket: '${marker}' })),
        { Status: e.RequestType === 'Create' ? 'FAILED' : 'SUCCESS', PhysicalResourceId: 'half' }`)}`;
    await expect(deploy(customStack({ code }))).rejects.toThrow('it gave no reason');
    await expect(aws.s3.send(new HeadBucketCommand({ Bucket: marker }))).resolves.toBeDefined();
  });

  test('may go on for a moment after its response', async () => {
    const marker = 'afterwards-marker';
    await deploy(customStack({
      code: `
        const { S3Client, CreateBucketCommand } = require('@aws-sdk/client-s3');
        const { handler } = (() => { const exports = {}; ${answering('{ Status: \'SUCCESS\', PhysicalResourceId: \'x\' }')} return exports; })();
        exports.handler = async (e) => {
          await handler(e);
          await new Promise((done) => setTimeout(done, 200));
          await new S3Client({}).send(new CreateBucketCommand({ Bucket: '${marker}' }));
        };`,
    }));
    await expect(aws.s3.send(new HeadBucketCommand({ Bucket: marker }))).resolves.toBeDefined();
  });

  test('is reported if its Delete fails, and keeps its function', async () => {
    const deployment = await deploy(customStack({
      code: answering('{ Status: e.RequestType === \'Create\' ? \'SUCCESS\' : \'FAILED\', PhysicalResourceId: \'x\', Reason: \'not now\' }'),
    }));
    const report = await deployment.destroy();
    expect(report.failed.map(({ resource, reason }) => [resource.logicalId, reason])).toEqual([
      ['Custom', 'the handler answered FAILED: not now'],
      ['Function', 'Custom, which could not be deleted, needs it'],
      ['Role', 'Function, which could not be deleted, needs it'],
    ]);
  });

  test('fails on an attribute that its data does not have', async () => {
    const code = answering('{ Status: \'SUCCESS\', PhysicalResourceId: \'x\', Data: {} }');
    await expect(deploy(customStack({ code, outputs: { O: { Value: { 'Fn::GetAtt': ['Custom', 'constructor'] } } } })))
      .rejects.toThrow('Custom (Custom::Thing) has no attribute constructor');
  });

  test('is refused if its provider is not a function of the deployment', async () => {
    await expect(deploy(customStack({ code: '', properties: { ServiceToken: 'arn:aws:sns:us-east-1:123456789012:topic' } })))
      .rejects.toThrow(/'ServiceToken' and so refuses it: arn:aws:sns:us-east-1:123456789012:topic is not a function that it deployed/);
  });

  test('is refused if its function is not Node code', async () => {
    await expect(deploy(customStack({ code: '', functionProperties: { Runtime: 'python3.13' } }))).rejects.toThrow(/'Runtime' and so refuses it: .*python3.13/);
  });
});
