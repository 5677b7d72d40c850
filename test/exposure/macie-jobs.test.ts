import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { answer } from '../../src/runtime/macie/answer';

const ACCOUNT = '111122223333';
const STACK = `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/Stack/1`;

const failure = (name: string, message: string = name) => Object.assign(new Error(message), { name });
const OFF = () => failure('AccessDeniedException', 'Macie is not enabled.');

interface Job { jobId: string; jobArn: string; jobStatus: string; name: string; tags: Record<string, string>; clientToken: string }

/** Macie with the jobs of an account, as far as it is asked here; each call can be made to fail. */
class FakeMacie {
  public readonly jobs: Job[] = [];
  public readonly calls: [string, string, unknown][] = [];
  public readonly failures: Record<string, () => Error> = {};
  public sizes: Record<string, number | null> = {};
  public compressed: Record<string, number> = {};
  public session = 'ENABLED';
  public discovery: Record<string, unknown> = { status: 'DISABLED' };
  public members: unknown[] = [];
  /** Called before an update of a status is looked at. */
  public meanwhile: () => void = () => undefined;

  public async call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    this.calls.push([method, path, body]);
    const fails = this.failures[`${method} ${path}`] ?? this.failures[`${method} ${path.replace(/\/job-\d+$|\/arn.*$/, '/*')}`];
    if (fails !== undefined) { throw fails(); }
    const input = { ...body } as Record<string, never>;
    switch (`${method} ${path.replace(/^\/tags.*/, '/tags').replace(/job-\d+$/, '*')}`) {
      case 'GET /macie': return { status: this.session };
      case 'POST /jobs/list': return this.list(input);
      case 'POST /jobs': return this.create(input);
      case 'GET /jobs/*': return { ...this.find(path) };
      case 'PATCH /jobs/*': return this.update(path);
      case 'POST /tags': {
        Object.assign(this.jobs.find(({ jobArn }) => path === `/tags/${encodeURIComponent(jobArn)}`)!.tags, input.tags);
        return {};
      }
      case 'POST /datasources/s3': return this.buckets(input);
      case 'GET /members': return { members: this.members };
      case 'GET /automated-discovery/configuration': return { ...this.discovery };
      case 'PUT /automated-discovery/configuration': {
        Object.assign(this.discovery, input);
        return {};
      }
      default: throw new Error(`${method} ${path} is not known`);
    }
  }

  public status(): string[] {
    return this.jobs.map(({ jobStatus }) => jobStatus);
  }

  /** One job on each page. */
  private list({ nextToken }: Record<string, never>): Record<string, unknown> {
    const at = Number(nextToken ?? 0);
    return { items: this.jobs.slice(at, at + 1), nextToken: at + 1 < this.jobs.length ? `${at + 1}` : null };
  }

  /** One bucket on each page. */
  private buckets({ nextToken, criteria }: Record<string, never>): Record<string, unknown> {
    const { bucketName: { eq } } = criteria as { bucketName: { eq: string[] } };
    if (eq.length > 50) { throw failure('ValidationException', 'too many'); }
    const found = Object.entries(this.sizes).filter(([name]) => eq.includes(name))
      .map(([bucketName, classifiableSizeInBytes]) => ({ bucketName, classifiableSizeInBytes, sizeInBytesCompressed: this.compressed[bucketName] }));
    const at = Number(nextToken ?? 0);
    return { buckets: found.slice(at, at + 1), nextToken: at + 1 < found.length ? `${at + 1}` : undefined };
  }

  private create(input: Record<string, never>): Record<string, unknown> {
    const same = this.jobs.find(({ clientToken }) => clientToken === input.clientToken);
    if (same !== undefined) { return same as unknown as Record<string, unknown>; }
    const jobId = `job-${this.jobs.length + 1}`;
    const job = { ...input as object, jobId, jobArn: `arn:aws:macie2:eu-west-1:${ACCOUNT}:classification-job/${jobId}`, jobStatus: 'RUNNING', tags: {} } as unknown as Job;
    this.jobs.push(job);
    return job as unknown as Record<string, unknown>;
  }

  private find(path: string): Job {
    const job = this.jobs.find(({ jobId }) => path.endsWith(`/${jobId}`));
    if (job === undefined) { throw failure('ResourceNotFoundException'); }
    return job;
  }

  private update(path: string): Record<string, unknown> {
    this.meanwhile();
    const job = this.find(path);
    if (!['IDLE', 'PAUSED', 'RUNNING', 'USER_PAUSED'].includes(job.jobStatus)) { throw failure('ValidationException'); }
    job.jobStatus = 'CANCELLED';
    return {};
  }
}

let macie: FakeMacie;
let measured: Record<string, number>;
let counted: boolean;
let contents: Record<string, { Key: string; Size: number }[]>;
let denials: number;
let slept: number[];
let requests: number;
beforeEach(() => {
  macie = new FakeMacie();
  measured = {};
  counted = true;
  contents = {};
  denials = 0;
  slept = [];
  requests = 0;
});

const services = () => ({
  macie,
  cloudwatch: {
    send: async ({ input: { MetricName, Dimensions } }: GetMetricStatisticsCommand) => {
      const [{ Value: bucket }, { Value: type }] = Dimensions as unknown as [{ Value: string }, { Value: string }];
      if (bucket === 'denied') { throw failure('AccessDenied'); }
      if (MetricName === 'NumberOfObjects' && !counted) { return { Datapoints: [] }; }
      if (!(bucket in measured)) { return { Datapoints: [] }; }
      return { Datapoints: MetricName === 'NumberOfObjects' || type === 'StandardStorage' ? [{ Timestamp: new Date(0), Average: measured[bucket] }] : [] };
    },
  } as never,
  s3: {
    // One object on each page.
    send: async ({ input: { Bucket = '', ContinuationToken: at = '0' } }: ListObjectsV2Command) => {
      if (denials-- > 0) { throw failure('AccessDenied'); }
      const all = contents[Bucket] ?? [];
      return { Contents: all.slice(Number(at), Number(at) + 1), NextContinuationToken: Number(at) + 1 < all.length ? `${Number(at) + 1}` : undefined };
    },
  } as never,
  sleep: async (milliseconds: number) => { slept.push(milliseconds); },
  now: () => new Date('2026-11-20T10:00:00Z'),
  log: () => undefined,
});

const settings = (more: object = {}, buckets: string[] = ['data'], accountId = ACCOUNT) => JSON.stringify({
  jobType: 'ONE_TIME', samplingPercentage: 100, ...more, s3JobDefinition: { bucketDefinitions: [{ accountId, buckets }] },
});

async function ask(RequestType: 'Create' | 'Update' | 'Delete', more: { id?: string; properties?: object; type?: string; requestId?: string; stack?: string } = {}) {
  return answer({
    RequestType,
    RequestId: more.requestId ?? `request-${++requests}`,
    StackId: more.stack ?? STACK,
    LogicalResourceId: 'Job',
    ResourceType: more.type ?? 'Custom::MacieClassificationJob',
    PhysicalResourceId: more.id,
    ResourceProperties: { ServiceToken: 'function', JobName: 'Stack-Discovery', AccountId: ACCOUNT, Settings: settings(), ...more.properties },
  } as Parameters<typeof answer>[0], services());
}

describe('a job', () => {
  test('is made with its settings, a name of its own and the token of the request', async () => {
    expect(await ask('Create')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'job-1' });
    expect(macie.calls.find(([method, path]) => method === 'POST' && path === '/jobs')![2]).toEqual({
      ...JSON.parse(settings()) as object, name: expect.stringMatching(/^Stack-Discovery-[0-9a-f]{16}$/), clientToken: 'request-1',
    });
  });

  test('is made once, however often the request is repeated', async () => {
    await ask('Create', { requestId: 'same' });
    macie.jobs[0].name = 'not listed yet'; // what is listed may be some seconds old
    expect(await ask('Create', { requestId: 'same' })).toMatchObject({ PhysicalResourceId: 'job-1' });
    expect(macie.jobs).toHaveLength(1);
  });

  test('stays, where nothing that is its own was changed', async () => {
    await ask('Create');
    expect(await ask('Update', { id: 'job-1', properties: { MaximumGigabytes: '500' } })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'job-1' });
    expect(macie.status()).toEqual(['RUNNING']);
  });

  test('with other settings is another one, and the old is cancelled', async () => {
    await ask('Create');
    const { PhysicalResourceId: id } = await ask('Update', { id: 'job-1', properties: { Settings: settings({ samplingPercentage: 10 }) } });
    expect(id).toBe('job-2');
    expect(macie.status()).toEqual(['RUNNING', 'RUNNING']); // should the rest of the deployment fail
    expect(await ask('Delete', { id: 'job-1' })).toMatchObject({ Status: 'SUCCESS' });
    expect(macie.status()).toEqual(['CANCELLED', 'RUNNING']);
  });

  test('of the same scope in another order, or under another description, is the same', async () => {
    const written = (buckets: string[], accounts: string[], values: string[], description: string) => ({
      Settings: JSON.stringify({
        description,
        jobType: 'ONE_TIME',
        s3JobDefinition: {
          bucketDefinitions: accounts.map((accountId) => ({ accountId, buckets })),
          scoping: { excludes: { and: [{ simpleScopeTerm: { key: 'OBJECT_KEY', comparator: 'STARTS_WITH', values } }] } },
        },
      }),
    });
    await ask('Create', { properties: written(['a', 'b'], [ACCOUNT, '2'], ['x/', 'y/'], 'before') });
    expect(await ask('Update', { id: 'job-1', properties: written(['b', 'a'], ['2', ACCOUNT], ['y/', 'x/'], 'after') })).toMatchObject({ PhysicalResourceId: 'job-1' });
    expect(macie.jobs).toHaveLength(1);
    for (const [buckets, accounts, values] of [[['a'], [ACCOUNT, '2'], ['x/', 'y/']], [['a', 'b'], [ACCOUNT], ['x/', 'y/']], [['a', 'b'], [ACCOUNT, '2'], ['x/']]]) {
      const id = `job-${macie.jobs.length + 1}`;
      expect(await ask('Update', { id: 'job-1', properties: written(buckets, accounts, values, 'before') })).toMatchObject({ PhysicalResourceId: id });
    }
  });

  test('is found on whichever page it is listed', async () => {
    await ask('Create');
    const properties = { Settings: settings({ samplingPercentage: 10 }) };
    await ask('Update', { id: 'job-1', properties });
    expect(await ask('Update', { id: 'job-1', properties })).toMatchObject({ PhysicalResourceId: 'job-2' });
    expect(macie.jobs).toHaveLength(2);
  });

  test.each(['RUNNING', 'IDLE', 'COMPLETE', 'USER_PAUSED'])('that is %s is taken up again by a rollback, and nothing is paid twice', async (status) => {
    await ask('Create');
    await ask('Update', { id: 'job-1', properties: { Settings: settings({ samplingPercentage: 10 }) } });
    macie.jobs[0].jobStatus = status;
    expect(await ask('Update', { id: 'job-2' })).toMatchObject({ PhysicalResourceId: 'job-1' });
    await ask('Delete', { id: 'job-2' });
    expect(macie.status()).toEqual([status, 'CANCELLED']);
  });

  test.each(['RUNNING', 'COMPLETE'])('that was %s and given up is not taken up by a later deployment with the same settings', async (status) => {
    await ask('Create');
    await ask('Update', { id: 'job-1', properties: { Settings: settings({ samplingPercentage: 10 }) } });
    macie.jobs[0].jobStatus = status;
    await ask('Delete', { id: 'job-1' });
    expect(await ask('Update', { id: 'job-2' })).toMatchObject({ PhysicalResourceId: 'job-3' });
  });

  test('of another stack of the same name is not taken for this one', async () => {
    await ask('Create');
    expect(await ask('Create', { stack: `${STACK}2` })).toMatchObject({ PhysicalResourceId: 'job-2' });
  });

  test.each<[string, (fake: FakeMacie) => void, RegExp]>([
    ['Macie is off', (fake) => { fake.failures['GET /macie'] = OFF; }, /Macie is not enabled.*Remedy: enable Macie in this account and region first/],
    ['Macie is paused', (fake) => { fake.session = 'PAUSED'; }, /Macie is PAUSED.*update-macie-session --status ENABLED/],
    ['there are too many jobs', (fake) => { fake.failures['POST /jobs'] = () => failure('ServiceQuotaExceededException', 'too many'); }, /too many.*ask for a higher quota/],
    ['the settings are refused', (fake) => { fake.failures['POST /jobs'] = () => failure('ValidationException', 'bad prefix'); }, /does not make the job Stack-Discovery-.*ValidationException: bad prefix/],
    ['listing is denied', (fake) => { fake.failures['POST /jobs/list'] = () => failure('AccessDeniedException', 'explicit deny'); }, /cannot be listed.*service control policy/],
    ['it is throttled for long', (fake) => { fake.failures['POST /jobs'] = () => failure('ThrottlingException'); }, /deploy again in a few minutes/],
  ])('is not made where %s, and the reason has the remedy', async (_, spoil, reason) => {
    spoil(macie);
    const created = await ask('Create');
    expect(created).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason), PhysicalResourceId: 'no-job-of-Job' });
    // CloudFormation now deletes what there is not.
    macie.failures['GET /jobs/*'] = () => failure('ThrottlingException');
    expect(await ask('Delete', { id: created.PhysicalResourceId })).toMatchObject({ Status: 'SUCCESS' });
    expect(await ask('Update', { id: 'job-9' })).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'job-9' });
  });
});

describe('the end of a job', () => {
  beforeEach(async () => { await ask('Create'); });

  test.each(['RUNNING', 'IDLE', 'PAUSED', 'USER_PAUSED'])('that is %s cancels it', async (status) => {
    macie.jobs[0].jobStatus = status;
    expect(await ask('Delete', { id: 'job-1' })).toMatchObject({ Status: 'SUCCESS', Reason: 'the job job-1 is CANCELLED' });
    expect(macie.status()).toEqual(['CANCELLED']);
  });

  test.each(['COMPLETE', 'CANCELLED'])('that is %s is no error', async (status) => {
    macie.jobs[0].jobStatus = status;
    expect(await ask('Delete', { id: 'job-1' })).toMatchObject({ Status: 'SUCCESS', Reason: `the job job-1 is ${status}` });
    expect(macie.calls.some(([method]) => method === 'PATCH')).toBe(false);
  });

  test('that completes meanwhile is no error, and it is marked', async () => {
    macie.meanwhile = () => { macie.jobs[0].jobStatus = 'COMPLETE'; };
    expect(await ask('Delete', { id: 'job-1' })).toMatchObject({ Status: 'SUCCESS' });
    expect(macie.jobs[0].tags).toEqual({ 'cdk-s3-encryption:retired': 'true' });
  });

  test('that cannot be marked is no error, as nothing goes on', async () => {
    macie.jobs[0].jobStatus = 'COMPLETE';
    macie.failures['POST /tags/*'] = () => failure('AccessDeniedException');
    expect(await ask('Delete', { id: 'job-1' })).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([['is gone', () => failure('ResourceNotFoundException')], ['went with Macie', OFF]])('that %s is no error', async (_, fails) => {
    macie.failures['GET /jobs/*'] = fails;
    expect(await ask('Delete', { id: 'job-1' })).toMatchObject({ Status: 'SUCCESS' });
  });

  test('that cannot be cancelled is one, since it may go on and cost', async () => {
    macie.failures['PATCH /jobs/*'] = () => failure('AccessDeniedException', 'explicit deny');
    expect(await ask('Delete', { id: 'job-1' })).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/job-1 .*could not be cancelled, and may go on.*explicit deny/) });
  });
});

describe('the size of the buckets', () => {
  const GB = 1024 ** 3;
  const create = async (MaximumGigabytes: number, more: object = {}, buckets?: string[], account?: string) =>
    ask('Create', { properties: { MaximumGigabytes: `${MaximumGigabytes}`, Settings: settings(more, buckets, account) } });

  test('is what Macie can read, and over the maximum no job is made', async () => {
    macie.sizes = { data: 150 * GB, more: 51 * GB };
    expect(await create(200, {}, ['data', 'more'])).toMatchObject({
      Status: 'FAILED', Reason: expect.stringMatching(/could inspect 201 GB, compressed files counted three times, at about 1 USD each, and 'maximumGigabytes' of DiscoveryJob is 200: no job was made/),
    });
    expect(macie.jobs).toEqual([]);
    expect(await create(201, {}, ['data', 'more'])).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([['some', 40, 180], ['all', 100, 300], ['and others that Macie cannot read', 500, 300]])('counts what comes out of compressed files: %s', async (_, compressed, expected) => {
    macie.sizes = { data: 100 * GB };
    macie.compressed = { data: compressed * GB };
    expect(await create(expected - 1)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`could inspect ${expected} GB`) });
    expect(await create(expected)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('counts as far as it is sampled', async () => {
    macie.sizes = { data: 1000 * GB };
    expect(await create(99, { samplingPercentage: 10 })).toMatchObject({ Status: 'FAILED' });
    expect(await create(100, { samplingPercentage: 10 })).toMatchObject({ Status: 'SUCCESS' });
  });

  test('is measured where Macie does not know it yet, and nothing where the bucket is new', async () => {
    for (const unknown of [null, 0]) {
      macie.sizes = { data: unknown };
      measured = { data: 300 * GB };
      expect(await create(100, {}, ['data', 'new'])).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('300 GB') });
    }
    measured = {};
    expect(await create(100, {}, ['data', 'new'])).toMatchObject({ Status: 'SUCCESS' });
  });

  test('is measured in bytes, also where nobody counted the objects', async () => {
    measured = { data: 300 * GB };
    counted = false;
    expect(await create(299)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('could inspect 300 GB') });
    expect(await create(300)).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([[undefined], [null], [0]])('that nobody has measured (%s) is listed, since a new bucket may have been filled', async (known) => {
    macie.sizes = known === undefined ? {} : { data: known };
    contents = { data: [{ Key: 'a.csv', Size: 60 * GB }, { Key: 'b.gz', Size: 10 * GB }, { Key: 'c.tar', Size: 5 * GB }] };
    expect(await create(94)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('could inspect 95 GB') });
    expect(macie.jobs).toEqual([]);
    expect(await create(95)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('that takes too long to list is not known, and no job is made', async () => {
    contents = { data: Array.from({ length: 11 }, (_, at) => ({ Key: `${at}`, Size: 1 })) };
    expect(await create(100)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/neither Macie nor S3 has measured the bucket data yet.*too many objects to list. Remedy: deploy a day later/) });
    expect(macie.jobs).toEqual([]);
    contents.data.pop();
    expect(await create(100)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('of a bucket that lets nobody list it is not known, after a minute in which IAM may learn of the role', async () => {
    denials = 3;
    expect(await create(100)).toMatchObject({ Status: 'SUCCESS' });
    expect(slept).toEqual([1000, 2000, 4000]);
    denials = Infinity;
    expect(await create(100, { samplingPercentage: 99 })).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/cannot be listed: AccessDenied.*Remedy: let the function of SensitiveDataDiscovery list it \(s3:ListBucket\)/) });
    expect(macie.jobs).toHaveLength(1);
  });

  test('is added up over more buckets than Macie tells of at once', async () => {
    const many = Array.from({ length: 120 }, (_, at) => `data-${at}`);
    macie.sizes = Object.fromEntries(many.map((name) => [name, GB]));
    expect(await create(119, {}, many)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('120 GB') });
    expect(await create(120, {}, many)).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([['denied', ACCOUNT, /AccessDenied/], ['theirs', '999988887777', /does not know the bucket theirs of account 999988887777/]])(
    'that nobody can tell of %s is no size of nothing', async (bucket, account, reason) => {
      expect(await create(100, {}, [bucket], account)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
      expect(macie.jobs).toEqual([]);
    });

  test('does not matter to a job that leaves out what is there', async () => {
    macie.sizes = { data: 1000 * GB };
    expect(await ask('Create')).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('automated discovery', () => {
  const type = 'Custom::MacieAutomatedDiscovery';
  const on = { Enable: 'true' };
  const puts = () => macie.calls.filter(([method]) => method === 'PUT').map(([, , body]) => body);
  const OURS = 'enabled-by-this-stack';

  test('is turned on for this account alone, and off with the stack', async () => {
    const { PhysicalResourceId: id } = await ask('Create', { type, properties: on });
    expect(id).toBe(OURS);
    expect(puts()).toEqual([{ status: 'ENABLED', autoEnableOrganizationMembers: 'NONE' }]);
    expect(await ask('Update', { type, id, properties: on })).toMatchObject({ PhysicalResourceId: OURS });
    await ask('Delete', { type, id, properties: on });
    expect(macie.discovery.status).toBe('DISABLED');
  });

  test('that was on before stays on', async () => {
    macie.discovery = { status: 'ENABLED' };
    const { PhysicalResourceId: id } = await ask('Create', { type, properties: on });
    await ask('Delete', { type, id, properties: on });
    expect([id, puts(), macie.discovery.status]).toEqual(['was-enabled-before', [], 'ENABLED']);
  });

  test('that is on for members too stays on', async () => {
    macie.discovery = { status: 'ENABLED', autoEnableOrganizationMembers: 'NEW' };
    await ask('Delete', { type, id: OURS, properties: on });
    expect(macie.discovery.status).toBe('ENABLED');
  });

  test('that the code leaves to the account by now stays on, under the same id', async () => {
    macie.discovery = { status: 'ENABLED' };
    expect(await ask('Update', { type, id: OURS, properties: { Enable: 'false' } })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OURS });
    await ask('Delete', { type, id: OURS, properties: { Enable: 'false' } });
    expect(macie.discovery.status).toBe('ENABLED');
  });

  test('that should be on and is off fails', async () => {
    expect(await ask('Create', { type, properties: { Enable: 'false' } })).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('AutomatedDiscovery.enable()') });
    expect(puts()).toEqual([]);
  });

  describe('of an account that takes no setting for members', () => {
    const refuse = () => {
      let first = true;
      const real = macie.call.bind(macie);
      macie.call = async (method: string, path: string, body?: object) => {
        if (method === 'PUT' && first) {
          first = false;
          throw failure('ValidationException');
        }
        return real(method, path, body);
      };
    };

    test('is turned on without', async () => {
      refuse();
      expect(await ask('Create', { type, properties: on })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OURS });
      expect(puts()).toEqual([{ status: 'ENABLED' }]);
    });

    test.each<[string, () => void]>([
      ['has members', () => { macie.members = [{}]; }], ['has the setting', () => { macie.discovery = { status: 'DISABLED', autoEnableOrganizationMembers: 'ALL' }; }],
    ])('is not where it %s, who would all be billed', async (_, spoil) => {
      spoil();
      refuse();
      expect(await ask('Create', { type, properties: on })).toMatchObject({ Status: 'FAILED' });
      expect(puts()).toEqual([]);
    });
  });
});

test('a resource of another type is refused', async () => {
  expect(await ask('Create', { type: 'Custom::Other' })).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Custom::Other') });
});
