import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT, bucketArn, keyArn, ORGANIZATION, OTHER_ACCOUNT, OTHER_ORGANIZATION } from './names';
import { accountOf, Caller, Context, isService, IamRequest, KmsRequest, Request, S3Request, through } from './request';
import { conditionKeys, PolicyDocument, simulatableKey } from './statement';
import type { Policy, World } from './world';

/** Calls of KMS that name no key: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html */
const WITHOUT_KEY = ['CreateKey', 'DeleteCustomKeyStore', 'DisconnectCustomKeyStore', 'UpdateCustomKeyStore'];

/** Every organization begins with it. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html */
const FULL_ACCESS = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

export type Outcome = 'allowed' | 'denied';

/** One decision that AWS makes. A request passes when all of its decisions allow it. */
interface Decision {
  readonly action: string;
  readonly resource: string;
  readonly account: string;
  readonly resourcePolicy?: PolicyDocument;
  readonly context: Context;
}

/** The key that S3 uses for `aws:kms` without a key id. Its policy admits the whole account through S3. */
const AWS_MANAGED_KEY = keyArn('aws-s3');

const KMS_CALLS: Record<string, string[]> = {
  PutObject: ['GenerateDataKey'],
  GetObject: ['Decrypt'],
  UpdateObjectEncryption: ['GenerateDataKey', 'Decrypt', 'Encrypt', 'ReEncryptFrom', 'ReEncryptTo'],
};

/** Whether AWS would serve the request, S3 and KMS each asked for what is theirs. */
export async function simulate(world: World, caller: Caller, request: Request): Promise<Outcome> {
  const decisions = 'kms' in request ? [kmsDecision(world, request, {})] : 'iam' in request ? [iamDecision(request)] : s3Decisions(world, caller, request);
  for (const decision of decisions) {
    if (await decide(world, caller, decision) === 'denied') { return 'denied'; }
  }
  return 'allowed';
}

function iamDecision(request: IamRequest): Decision {
  return { action: `iam:${request.iam}`, resource: request.role, account: accountOf(request.role), context: {} };
}

function s3Decisions(world: World, caller: Caller, request: S3Request): Decision[] {
  const bucket = bucketArn(request.bucket);
  const context = { ...transport(caller, request), ...encryptionHeaders(world, request) };
  const first: Decision = {
    action: `s3:${request.s3}`,
    resource: request.object === undefined ? bucket : `${bucket}/${request.object}`,
    account: ACCOUNT,
    resourcePolicy: policyOn(world, 'bucket', bucket),
    context,
  };
  const key = keyInUse(world, request);
  if (key === undefined || request.object === undefined) { return [first]; }
  const calls = [...KMS_CALLS[request.s3] ?? [], ...request.s3 === 'PutObject' && request.decryptsToo === true ? ['Decrypt'] : []];
  const bucketKey = request.headers?.bucketKey ?? world.buckets[request.bucket]?.bucketKey ?? false;
  const encryptionContext = bucketKey === (request.writtenBefore ?? false) ? `${bucket}/${request.object}` : bucket;
  return [first, ...calls.map((call) => kmsDecision(world, { kms: call, keyArn: key }, {
    ...through('s3', caller),
    'kms:EncryptionContext:aws:s3:arn': encryptionContext,
  }))];
}

function kmsDecision(world: World, request: KmsRequest, context: Context): Decision {
  return {
    action: `kms:${request.kms}`,
    // A key that is not there yet has neither a name nor a policy.
    resource: WITHOUT_KEY.includes(request.kms) ? '*' : request.keyArn,
    account: accountOf(request.keyArn),
    resourcePolicy: WITHOUT_KEY.includes(request.kms) ? undefined : policyOn(world, 'key', request.keyArn),
    context: { ...context, ...request.context },
  };
}

/** The key that S3 would use, or undefined where KMS is not asked or its answer is not in the world. */
function keyInUse(world: World, { bucket, s3, headers = {} }: S3Request): string | undefined {
  const byDefault = world.buckets[bucket];
  const uploads = s3 === 'PutObject' || s3 === 'UpdateObjectEncryption';
  const named = uploads && headers.algorithm !== undefined;
  const key = named ? headers.keyArn : byDefault?.keyArn;
  if (headers.customerKey === true || (named && headers.algorithm === 'AES256')) { return undefined; }
  return key !== undefined && policyOn(world, 'key', key) === undefined ? undefined : key;
}

function transport(caller: Caller, request: S3Request): Context {
  if (request.transport === 'plain HTTP') { return { 'aws:SecureTransport': 'false' }; }
  // What services do by themselves says nothing of transport: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
  if (isService(caller) && request.transport === undefined) { return {}; }
  return { 'aws:SecureTransport': 'true', 's3:TlsVersion': request.transport === 'TLS 1.1' ? '1.1' : '1.3' };
}

function encryptionHeaders(world: World, request: S3Request): Context {
  const { algorithm, keyArn: named, customerKey = false } = request.headers ?? {};
  const byDefault = world.buckets[request.bucket];
  if (!['PutObject', 'ReplicateObject', 'UpdateObjectEncryption'].includes(request.s3)) { return {}; }
  if (customerKey) { return { 's3:x-amz-server-side-encryption-customer-algorithm': 'AES256' }; }
  const fill = request.defaultsFirst === true;
  const algorithmSeen = algorithm ?? (fill ? byDefault.algorithm : undefined);
  const keySeen = named ?? (!fill || algorithm === 'AES256' ? undefined
    : algorithm === undefined ? byDefault.keyArn : AWS_MANAGED_KEY);
  return {
    ...algorithmSeen === undefined ? {} : { 's3:x-amz-server-side-encryption': algorithmSeen },
    ...keySeen === undefined ? {} : { 's3:x-amz-server-side-encryption-aws-kms-key-id': keySeen },
  };
}

async function decide(world: World, caller: Caller, decision: Decision): Promise<Outcome> {
  const given = { ...caller.context, ...decision.context, ...organizationOf(world, decision) };
  const result = await runSimulation({
    request: {
      principal: caller.principal,
      action: decision.action,
      resource: { resource: decision.resource, accountId: decision.account },
      contextVariables: Object.fromEntries(Object.entries(given).map(([key, value]) => [simulatableKey(key), value])),
    },
    identityPolicies: world.policies.filter((policy) => policy.kind === 'identity' && policy.attachedTo.includes(caller.identity))
      .map((policy, index) => ({ name: `policy${index}`, policy: policy.document })),
    resourcePolicy: decision.resourcePolicy,
    ...guardrailsFor(world, caller, decision),
  }, {});
  if (result.resultType !== 'single') {
    throw new Error(`${decision.action} could not be simulated: ${JSON.stringify(result)}`);
  }
  refuseIgnoredKeys(world, decision, result.result.ignoredContextKeys ?? []);
  return result.overallResult === 'Allowed' ? 'allowed' : 'denied';
}

/** Told only where an organization asks for it: it is in the context of each request, and changes nothing else. */
function organizationOf({ guardrails }: World, { account }: Decision): Context {
  const organization = account === ACCOUNT ? ORGANIZATION : account === OTHER_ACCOUNT ? OTHER_ORGANIZATION : undefined;
  return guardrails === undefined ? {} : { 'aws:ResourceAccount': account, ...organization === undefined ? {} : { 'aws:ResourceOrgID': organization } };
}

/**
 * The account alone is in the organization: its principals are bound by the one kind of policy, its resources by the other.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_authorization_policies.html
 */
function guardrailsFor({ guardrails }: World, caller: Caller, decision: Decision): Pick<Simulation, 'serviceControlPolicies' | 'resourceControlPolicies'> {
  if (guardrails === undefined) { return { serviceControlPolicies: [], resourceControlPolicies: [] }; }
  const named = (documents: readonly PolicyDocument[]) => documents.map((policy, index) => ({ name: `guardrail${index}`, policy }));
  const ours = !isService(caller) && accountOf(caller.principal) === ACCOUNT;
  return {
    serviceControlPolicies: ours ? [{ orgIdentifier: ORGANIZATION, policies: [{ name: 'FullAWSAccess', policy: FULL_ACCESS }, ...named(guardrails.principals)] }] : [],
    resourceControlPolicies: decision.account === ACCOUNT ? [{ orgIdentifier: ORGANIZATION, policies: named(guardrails.resources) }] : [],
  };
}

/** What the simulator drops from a request could change the answer, if any policy asked for it. */
function refuseIgnoredKeys(world: World, decision: Decision, ignored: string[]): void {
  if (ignored.length === 0) { return; }
  const guardrails = [...world.guardrails?.principals ?? [], ...world.guardrails?.resources ?? []];
  const used = new Set([...world.policies.map(({ document }) => document), ...guardrails].flatMap(conditionKeys));
  const lost = ignored.filter((key) => used.has(key.toLowerCase()));
  if (lost.length > 0) { throw new Error(`the simulator dropped ${lost.join(', ')} from ${decision.action}, which a policy asks for`); }
}

function policyOn(world: World, kind: Policy['kind'], arn: string): PolicyDocument | undefined {
  return world.policies.find((policy) => policy.kind === kind && policy.attachedTo.includes(arn))?.document;
}
