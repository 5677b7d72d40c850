import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ADMINISTRATOR, guarded } from './guards';
import { KeyAccess, RotatingS3Key, SecureBucket } from '../../../src';
import { allow, ANYTHING, NO_LOGS } from '../fixtures';
import { bucketArn, keyArn, role, user } from '../names';
import { allowed, Claims, denied, Proof } from '../proof';
import { Caller, identity, through } from '../request';
import { Outside, worldOf } from '../world';
import { transportGuarded } from './transport';

const OWN = keyArn('Key');
const PREFIX = 'in/*';

/** What a grant is for. */
type Ability = 'read' | 'upload' | 'upload in parts' | 'delete';

const ABILITIES: Ability[] = ['read', 'upload', 'upload in parts', 'delete'];

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
  /** Whether the principals are outside the account. */
  readonly elsewhere?: true;
  /** Whether CloudFormation names the bucket, so that the key policy cannot. */
  readonly unnamed?: true;
}

/** Accounts besides the stack's, one per route. */
const account = (index: number): string => `4444555566${10 + index}`;
/** What the owner of a foreign role has to allow it: without the key's policy it opens nothing. */
const EVERYTHING_NEEDED = allow(['s3:*', 'kms:*']);

const KINDS: Kind[] = [
  { name: 'Grants to roles', grantee: ownRole },
  { name: 'Grants to roles without a Bucket Key', bucketKeyEnabled: false, grantee: ownRole },
  { name: 'Grants to roles that the key policy names', access: KeyAccess.namedPrincipals(new iam.ArnPrincipal(ADMINISTRATOR)), grantee: ownRole },
  {
    name: 'Grants to users',
    grantee: (scope, { name }) => ({ principal: new iam.User(scope, name, { userName: name }), caller: identity(user(name)) }),
  },
  {
    name: 'Grants to imported roles of the account',
    grantee: (scope, { name }) => ({ principal: iam.Role.fromRoleArn(scope, name, role(name)), caller: identity(role(name)) }),
  },
  {
    name: 'Grants to roles of other accounts',
    elsewhere: true,
    grantee: (scope, { name }, index) => ({
      principal: iam.Role.fromRoleArn(scope, name, role(name, account(index))),
      caller: identity(role(name, account(index))),
      stranger: identity(role('Stranger', account(index))),
    }),
  },
  {
    name: 'Grants to roles of other accounts, on a bucket without a fixed name',
    elsewhere: true,
    unnamed: true,
    grantee: (scope, { name }, index) => ({
      principal: iam.Role.fromRoleArn(scope, name, role(name, account(index))),
      caller: identity(role(name, account(index))),
      stranger: identity(role('Stranger', account(index))),
    }),
  },
  {
    name: 'Grants to other accounts',
    elsewhere: true,
    grantee: (_, { name }, index) => ({
      principal: new iam.AccountPrincipal(account(index)),
      caller: identity(role(name, account(index))),
      stranger: identity(role('Stranger', account(index + 50))),
    }),
  },
  {
    name: 'Grants to organizations',
    elsewhere: true,
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
    const world = worldOf(kind.name, (stack) => {
      const key = new RotatingS3Key(stack, 'Key', { access: kind.access });
      const bucket = new SecureBucket(stack, 'Data', {
        bucketName: kind.unnamed === true ? undefined : 'data', encryptionKey: key, bucketKeyEnabled: kind.bucketKeyEnabled, ...NO_LOGS,
      });
      ROUTES.forEach((route, index) => {
        const grantee = kind.grantee(stack, route, index);
        route.grant(bucket, grantee.principal);
        callers.push([route, grantee]);
      });
      return outside(kind, callers.map(([, grantee]) => grantee));
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
  return { principal, caller: identity(role(name)) };
}

function outside(kind: Kind, grantees: Grantee[]): Outside {
  const others = kind.elsewhere === true ? grantees.flatMap(({ caller, stranger }) => [caller, stranger]) : [];
  return Object.fromEntries([
    [ADMINISTRATOR, [ANYTHING]],
    // Strangers may do as much by their own policies as grantees: only the policies here tell them apart.
    ...others.flatMap((caller) => (caller === undefined ? [] : [[caller.principal, [EVERYTHING_NEEDED]]])),
  ]) as Outside;
}

function proofsOf({ bucketKeyEnabled, unnamed }: Kind, { name, gives }: Route, { caller, stranger }: Grantee): Proof[] {
  const use = { keyArn: OWN, context: { ...through('s3', caller), 'kms:EncryptionContext:aws:s3:arn': bucketArn('other') } };
  const inside = { bucket: 'data', object: 'in/a' };
  const outsidePrefix = { bucket: 'data', object: 'out/a' };
  const request = (ability: Ability, where: { bucket: string; object: string }) => ({
    s3: ability === 'read' ? 'GetObject' : ability === 'delete' ? 'DeleteObject' : 'PutObject',
    ...where,
    decryptsToo: ability === 'upload in parts',
  });
  return [
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
