import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ADMINISTRATOR, guarded } from './guards';
import { KeyAccess, RotatingS3Key, SecureBucket } from '../../../src';
import { allow, ANYTHING, NO_LOGS } from '../fixtures';
import { ACCOUNT, bucketArn, keyArn, OTHER_ACCOUNT, REGION, role, user } from '../names';
import { allowed, Claims, denied, Proof } from '../proof';
import { Caller, identity, session, through } from '../request';
import type { Statement } from '../statement';
import { Outside, worldOf } from '../world';
import { transportGuarded } from './transport';

const OWN = keyArn('Key');
const PREFIX = 'in/*';

/** What a grant is for. */
type Ability = 'read' | 'upload' | 'upload in parts' | 'delete';

const ABILITIES: Ability[] = ['read', 'upload', 'upload in parts', 'delete'];

const ACTIONS: Record<Ability, string> = {
  'read': 'GetObject', 'upload': 'PutObject', 'upload in parts': 'PutObject', 'delete': 'DeleteObject',
};

/** What S3 calls for it, besides what it calls for the abilities before. */
const KMS_CALLS: Record<Ability, string[]> = {
  'read': ['Decrypt'], 'upload': ['GenerateDataKey'], 'upload in parts': ['Decrypt'], 'delete': [],
};

/** One way to grant, and what it must give. */
interface Route {
  readonly name: string;
  readonly grant: (bucket: SecureBucket, grantee: iam.IGrantable) => iam.Grant;
  readonly gives: Ability[];
}

const ROUTES: Route[] = [
  { name: 'grantRead', grant: (bucket, grantee) => bucket.grantRead(grantee, PREFIX), gives: ['read'] },
  { name: 'grantPut', grant: (bucket, grantee) => bucket.grantPut(grantee, PREFIX), gives: ['upload', 'upload in parts'] },
  { name: 'grantWrite', grant: (bucket, grantee) => bucket.grantWrite(grantee, PREFIX), gives: ['upload', 'upload in parts', 'delete'] },
  { name: 'grantReadWrite', grant: (bucket, grantee) => bucket.grantReadWrite(grantee, PREFIX), gives: ABILITIES },
  { name: 'grantDelete', grant: (bucket, grantee) => bucket.grantDelete(grantee, PREFIX), gives: ['delete'] },
  { name: 'grantWriteOnly', grant: (bucket, grantee) => bucket.grantWriteOnly(grantee, PREFIX), gives: ['upload'] },
  { name: 'grantsRead', grant: (bucket, grantee) => bucket.grants.read(grantee, PREFIX), gives: ['read'] },
  { name: 'grantsPut', grant: (bucket, grantee) => bucket.grants.put(grantee, PREFIX), gives: ['upload', 'upload in parts'] },
  { name: 'grantsWrite', grant: (bucket, grantee) => bucket.grants.write(grantee, PREFIX), gives: ['upload', 'upload in parts', 'delete'] },
  { name: 'grantsReadWrite', grant: (bucket, grantee) => bucket.grants.readWrite(grantee, PREFIX), gives: ABILITIES },
  { name: 'grantsDelete', grant: (bucket, grantee) => bucket.grants.delete(grantee, PREFIX), gives: ['delete'] },
  { name: 'fromBucketRead', grant: (bucket, grantee) => s3.BucketGrants.fromBucket(bucket).read(grantee, PREFIX), gives: ['read'] },
  { name: 'fromBucketWrite', grant: (bucket, grantee) => s3.BucketGrants.fromBucket(bucket).write(grantee, PREFIX), gives: ['upload', 'upload in parts', 'delete'] },
];

/** The principal of a grant, and who then makes requests as it. */
interface Grantee {
  readonly principal: iam.IGrantable;
  readonly caller: Caller;
  /** Roles that look alike and must gain nothing. */
  readonly stranger?: Caller;
}

/** A kind of principal: one of it per route, so that no grant helps another. */
interface Kind {
  readonly name: string;
  readonly access?: KeyAccess;
  readonly bucketKeyEnabled?: false;
  readonly grantee: (scope: Stack, route: Route, index: number) => Grantee;
  /**
   * What policies outside the stacks allow: strangers everything that might help, grantees the
   * same, or no more than the warning of the grant asks for. By default nothing to anybody.
   */
  readonly outside?: 'strangers' | 'everybody' | 'as the warning says';
  /** Whether CloudFormation names the bucket, so that the key policy cannot. */
  readonly unnamed?: true;
}

/** Accounts besides the stack's, one per route. */
const account = (index: number): string => `4444555566${10 + index}`;
/** What the owner of a foreign role has to allow it: without the key's policy it opens nothing. */
const EVERYTHING_NEEDED = allow(['s3:*', 'kms:*']);

const ARNS_OF_OTHERS: Kind['grantee'] = (_, { name }, index) => ({
  principal: new iam.ArnPrincipal(role(name, account(index))),
  caller: session(role(name, account(index))),
  stranger: session(role('Stranger', account(index))),
});

const NAMED = KeyAccess.namedPrincipals(new iam.ArnPrincipal(ADMINISTRATOR));

const KINDS: Kind[] = [
  { name: 'Grants to roles', grantee: ownRole },
  { name: 'Grants to roles without a Bucket Key', bucketKeyEnabled: false, grantee: ownRole },
  { name: 'Grants to roles that the key policy names', access: NAMED, grantee: ownRole },
  {
    name: 'Grants to users',
    grantee: (scope, { name }) => ({ principal: new iam.User(scope, name, { userName: name }), caller: identity(user(name)) }),
  },
  { name: 'Grants to imported roles of the account', grantee: importedRole },
  { name: 'Grants to imported roles of the account that the key policy names', access: NAMED, grantee: importedRole },
  {
    name: 'Grants to imported roles of the account that cannot be changed',
    outside: 'as the warning says',
    grantee: (scope, { name }) => ({ principal: iam.Role.fromRoleArn(scope, name, role(name), { mutable: false }), caller: session(role(name)) }),
  },
  {
    name: 'Grants to ARNs of the account',
    grantee: (_, { name }) => ({ principal: new iam.ArnPrincipal(role(name)), caller: session(role(name)) }),
  },
  { name: 'Grants to roles of other stacks', grantee: roleOfStack(ACCOUNT, REGION) },
  { name: 'Grants to roles of stacks in other regions', grantee: roleOfStack(ACCOUNT, 'us-east-1') },
  { name: 'Grants to roles of stacks in other accounts', outside: 'strangers', grantee: roleOfStack(OTHER_ACCOUNT, REGION) },
  {
    name: 'Grants to roles of stacks in other accounts that the key policy names',
    access: NAMED,
    outside: 'strangers',
    grantee: roleOfStack(OTHER_ACCOUNT, REGION),
  },
  { name: 'Grants to roles of other accounts', outside: 'everybody', grantee: foreignRole },
  { name: 'Grants to roles of other accounts, whose owners follow the warning', outside: 'as the warning says', grantee: foreignRole },
  { name: 'Grants to roles of other accounts, on a bucket without a fixed name', outside: 'everybody', unnamed: true, grantee: foreignRole },
  { name: 'Grants to roles of other accounts that the key policy names', access: NAMED, outside: 'as the warning says', grantee: foreignRole },
  { name: 'Grants to ARNs of other accounts', outside: 'everybody', grantee: ARNS_OF_OTHERS },
  { name: 'Grants to ARNs of other accounts that the key policy names', access: NAMED, outside: 'everybody', grantee: ARNS_OF_OTHERS },
  { name: 'Grants to other accounts', outside: 'everybody', grantee: foreignAccount },
  { name: 'Grants to other accounts that the key policy names', access: NAMED, outside: 'everybody', grantee: foreignAccount },
  {
    name: 'Grants to organizations',
    outside: 'everybody',
    grantee: (_, { name }, index) => ({
      principal: new iam.OrganizationPrincipal(`o-partnercompany${index}`),
      caller: identity(role(name, account(index)), `o-partnercompany${index}`),
      stranger: identity(role('Stranger', account(index)), 'o-strangercompany'),
    }),
  },
];

export function grants(): Claims[] {
  return KINDS.map((kind) => {
    const callers: [Route, Grantee][] = [];
    const printed: Outside = {};
    const world = worldOf(kind.name, (stack) => {
      const key = new RotatingS3Key(stack, 'Key', { access: kind.access });
      const bucket = new SecureBucket(stack, 'Data', {
        bucketName: kind.unnamed === true ? undefined : 'data', encryptionKey: key, bucketKeyEnabled: kind.bucketKeyEnabled, ...NO_LOGS,
      });
      ROUTES.forEach((route, index) => {
        const grantee = kind.grantee(stack, route, index);
        const before = bucket.node.metadata.length;
        route.grant(bucket, grantee.principal);
        printed[grantee.caller.identity] = printedStatements(bucket, before);
        callers.push([route, grantee]);
      });
      return outside(kind, callers, printed);
    });
    return {
      world,
      proofs: [
        ...callers.flatMap(([route, grantee]) => proofsOf(kind, route, grantee)),
        ...transportGuarded(identity(ADMINISTRATOR), OWN), ...guarded(OWN),
      ],
    };
  });
}

function ownRole(scope: Stack, { name }: Route): Grantee {
  const principal = new iam.Role(scope, name, { roleName: name, assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  return { principal, caller: session(role(name)) };
}

function importedRole(scope: Stack, { name }: Route): Grantee {
  return { principal: iam.Role.fromRoleArn(scope, name, role(name)), caller: session(role(name)) };
}

function foreignRole(scope: Stack, { name }: Route, index: number): Grantee {
  return {
    principal: iam.Role.fromRoleArn(scope, name, role(name, account(index))),
    caller: session(role(name, account(index))),
    stranger: session(role('Stranger', account(index))),
  };
}

function foreignAccount(_: Stack, { name }: Route, index: number): Grantee {
  return {
    principal: new iam.AccountPrincipal(account(index)),
    caller: session(role(name, account(index))),
    stranger: session(role('Stranger', account(index + 50))),
  };
}

/** Roles that the app makes in a stack beside that of the bucket. */
function roleOfStack(owner: string, region: string): Kind['grantee'] {
  return (scope, { name }) => {
    const app = scope.node.root as App;
    const stack = app.node.tryFindChild('Beside') ?? new Stack(app, 'Beside', { env: { account: owner, region } });
    const principal = new iam.Role(stack, name, { roleName: name, assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const stranger = owner === ACCOUNT ? undefined : session(role('Stranger', owner));
    return { principal, caller: session(role(name, owner)), stranger };
  };
}

function outside(kind: Kind, granted: [Route, Grantee][], printed: Outside): Outside {
  const policies: Outside = { [ADMINISTRATOR]: [ANYTHING] };
  for (const [{ gives }, { caller, stranger }] of granted) {
    // Strangers may do as much by their own policies as grantees: only the policies here tell them apart.
    if (kind.outside !== undefined && stranger !== undefined) { policies[stranger.identity] = [EVERYTHING_NEEDED]; }
    if (kind.outside === 'everybody') { policies[caller.identity] = [EVERYTHING_NEEDED]; }
    if (kind.outside === 'as the warning says') {
      // The warning asks for the actions of S3 in words, and prints the statement for the key.
      policies[caller.identity] = [allow(gives.map((ability) => `s3:${ACTIONS[ability]}`), `${bucketArn('data')}/${PREFIX}`), ...printed[caller.identity]];
    }
  }
  return policies;
}

/** The statements that warnings of a bucket ask the owner of an identity for. */
function printedStatements(bucket: SecureBucket, since: number): Statement[] {
  return bucket.node.metadata.slice(since).map(({ data }) => String(data))
    .filter((text) => text.includes('SecureBucket.identityMustAddStatement'))
    .map((text) => JSON.parse(text.slice(text.indexOf('\n{'), text.lastIndexOf('}') + 1)) as Statement);
}

function proofsOf({ bucketKeyEnabled, unnamed }: Kind, { name, gives }: Route, { caller, stranger }: Grantee): Proof[] {
  const use = { keyArn: OWN, context: { ...through('s3', caller), 'kms:EncryptionContext:aws:s3:arn': bucketArn('other') } };
  const inside = { bucket: 'data', object: 'in/a' };
  const outsidePrefix = { bucket: 'data', object: 'out/a' };
  const request = (ability: Ability, where: { bucket: string; object: string }) => ({
    s3: ACTIONS[ability],
    ...where,
    decryptsToo: ability === 'upload in parts',
  });
  const used = gives.flatMap((ability) => KMS_CALLS[ability]);
  return [
    ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo']
      .filter((kms) => !used.includes(kms))
      .map((kms) => denied(`${name} lets its grantee call ${kms} through S3`, caller, {
        kms, keyArn: OWN, context: { ...use.context, 'kms:EncryptionContext:aws:s3:arn': bucketArn('data') },
      })),
    ...ABILITIES.map((ability): Proof => ({
      title: `${name} lets its grantee ${ability}`, caller, request: request(ability, inside), expected: gives.includes(ability) ? 'allowed' : 'denied',
    })),
    ...gives.map((ability) => denied(`${name} lets its grantee ${ability} outside the prefix`, caller, request(ability, outsidePrefix))),
    ...gives.map((ability) => denied(`${name} lets its grantee ${ability} in another bucket`, caller, request(ability, { bucket: 'other', object: 'in/a' }))),
    ...gives.filter((ability) => ability !== 'delete').map((ability): Proof => ({
      title: `${name} lets its grantee ${ability} as before the Bucket Key was turned ${bucketKeyEnabled === false ? 'off' : 'on'}`,
      caller,
      request: { ...request(ability, inside), writtenBefore: true },
      expected: 'allowed',
    })),
    ...['Decrypt', 'GenerateDataKey'].flatMap((kms) => [
      // A key policy without the bucket's name leaves it to the foreign account to name the bucket.
      ...unnamed === true ? [] : [denied(`${name} lets its grantee call ${kms} for another bucket`, caller, { kms, ...use })],
      denied(`${name} lets its grantee call ${kms} directly`, caller, {
        kms, keyArn: OWN, context: { 'kms:EncryptionContext:aws:s3:arn': bucketArn('data') },
      }),
    ]),
    ...gives.includes('read') ? [allowed(`${name} lets its grantee describe the key`, caller, { kms: 'DescribeKey', keyArn: OWN })] : [],
    ...stranger === undefined ? [] : [
      ...gives.map((ability) => denied(`${name} lets a stranger ${ability}`, stranger, request(ability, inside))),
      denied(`${name} lets a stranger end an upload`, stranger, { s3: 'AbortMultipartUpload', ...inside }),
      denied(`${name} lets a stranger describe the key`, stranger, { kms: 'DescribeKey', keyArn: OWN }),
      ...['Decrypt', 'GenerateDataKey'].map((kms) => denied(`${name} lets a stranger call ${kms} through S3`, stranger, {
        kms, keyArn: OWN, context: { ...through('s3', stranger), 'kms:EncryptionContext:aws:s3:arn': bucketArn('data') },
      })),
    ],
  ];
}
