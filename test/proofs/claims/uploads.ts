import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ADMINISTRATOR, guarded } from './guards';
import { EncryptionMode, SecureBucket, SecureBucketProps, UploadHeaders } from '../../../src';
import { allow, ANYTHING, NO_LOGS } from '../fixtures';
import { ACCOUNT, bucketArn, keyArn, role } from '../names';
import { allowed, Claims, denied, Proof } from '../proof';
import { Headers, identity, S3Request, service, session } from '../request';
import type { Outcome } from '../simulate';
import { Outside, worldOf } from '../world';

const OWN = keyArn('Data-Key');
/** Holds the permission of S3, and not that of KMS. */
const S3_ONLY = role('S3Only');
/** Holds the permission of KMS, and not that of S3. */
const KMS_ONLY = role('KmsOnly');
/** Holds exactly what a change of the encryption takes. */
const UPDATER = role('Updater');
const FOREIGN = keyArn('Foreign', '999988887777');

/** What an upload can say, in the columns of the table. */
const UPLOADS: Record<string, Headers | undefined> = {
  'without headers': undefined,
  'under the own key': { algorithm: 'aws:kms', keyArn: OWN },
  'of two layers under the own key': { algorithm: 'aws:kms:dsse', keyArn: OWN },
  'under KMS without a key': { algorithm: 'aws:kms' },
  'of two layers without a key': { algorithm: 'aws:kms:dsse' },
  'under a foreign key': { algorithm: 'aws:kms', keyArn: FOREIGN },
  'of two layers under a foreign key': { algorithm: 'aws:kms:dsse', keyArn: FOREIGN },
  'under SSE-S3': { algorithm: 'AES256' },
  'under a key of the client': { customerKey: true },
};

type Kind = keyof typeof UPLOADS;

interface Variant {
  readonly name: string;
  readonly props: SecureBucketProps;
  /** Uploads that pass; all others are denied. */
  readonly pass: Kind[];
  /** What passes only when S3 fills in the default before it evaluates the policies. */
  readonly passFilled?: Kind[];
  readonly ownKey: boolean;
  readonly updates?: false;
}

const VARIANTS: Variant[] = [
  { name: 'A bucket with its defaults', props: {}, ownKey: true, pass: ['without headers', 'under the own key'] },
  {
    name: 'A bucket with a key of two layers',
    props: { encryptionMode: EncryptionMode.dsse() },
    ownKey: true,
    pass: ['without headers', 'of two layers under the own key'],
  },
  { name: 'A bucket without a Bucket Key', props: { bucketKeyEnabled: false }, ownKey: true, pass: ['without headers', 'under the own key'] },
  {
    name: 'A bucket under SSE-S3',
    props: { encryptionMode: EncryptionMode.s3Managed() },
    ownKey: false,
    pass: Object.keys(UPLOADS).filter((kind) => kind !== 'under a key of the client'),
    updates: false,
  },
  {
    name: 'A bucket that requires headers',
    props: { uploadHeaders: UploadHeaders.REQUIRED },
    ownKey: true,
    pass: ['under the own key'],
    passFilled: ['without headers'],
  },
  {
    name: 'A bucket that admits keys of clients',
    props: { allowSseCBecause: 'a legacy client' },
    ownKey: true,
    pass: ['without headers', 'under the own key', 'under a key of the client'],
  },
  {
    name: 'A bucket that admits any encryption',
    props: { allowAnyUploadEncryptionBecause: 'a migration' },
    ownKey: true,
    pass: Object.keys(UPLOADS).filter((kind) => kind !== 'under a key of the client'),
    updates: false,
  },
  {
    name: 'A bucket that admits anything',
    props: { allowAnyUploadEncryptionBecause: 'a migration', allowSseCBecause: 'a legacy client' },
    ownKey: true,
    pass: Object.keys(UPLOADS),
    updates: false,
  },
];

export function uploads(): Claims[] {
  return VARIANTS.map((variant) => ({
    world: worldOf(variant.name, (stack) => build(stack, variant)),
    proofs: [
      ...uploadProofs(variant), ...deliveryProofs(variant), ...transportProofs(variant), ...updateProofs(variant),
      ...twoPermissions(variant),
      ...variant.ownKey ? guarded(OWN) : [],
    ],
  }));
}

function build(stack: Stack, { props }: Variant): Outside {
  const bucket = new SecureBucket(stack, 'Data', { bucketName: 'data', ...NO_LOGS, ...props });
  if (props.uploadHeaders === UploadHeaders.REQUIRED) { bucket.addToResourcePolicy(inventoryDelivery()); }
  return {
    [ADMINISTRATOR]: [ANYTHING],
    [S3_ONLY]: [allow(['s3:*'])],
    [KMS_ONLY]: [allow(['kms:*'])],
    [UPDATER]: [
      allow(['s3:UpdateObjectEncryption'], `${bucketArn('data')}/*`),
      allow(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncrypt*'], OWN),
    ],
  };
}

/** A service that uploads, which need not send headers. */
function inventoryDelivery(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
    actions: ['s3:PutObject'],
    resources: [`${bucketArn('data')}/*`],
    conditions: { StringEquals: { 'aws:SourceAccount': ACCOUNT }, ArnLike: { 'aws:SourceArn': bucketArn('source') } },
  });
}

function deliveryProofs({ props }: Variant): Proof[] {
  if (props.uploadHeaders !== UploadHeaders.REQUIRED) { return []; }
  const delivery = service('s3.amazonaws.com', { account: ACCOUNT, arn: bucketArn('source') });
  return Object.entries(UPLOADS).map(([kind, headers]): Proof => ({
    title: `An upload ${kind}, by a service`,
    caller: delivery,
    request: { s3: 'PutObject', bucket: 'data', object: 'a', headers },
    expected: kind === 'without headers' || kind === 'under the own key' ? 'allowed' : 'denied',
  }));
}

function uploadProofs({ pass, passFilled = [] }: Variant): Proof[] {
  return [false, true].flatMap((defaultsFirst) => Object.entries(UPLOADS).map(([kind, headers]) => proof(
    `An upload ${kind}, where S3 fills in the default ${defaultsFirst ? 'first' : 'later'}`,
    { s3: 'PutObject', bucket: 'data', object: 'a', headers, defaultsFirst },
    pass.includes(kind) || (defaultsFirst && passFilled.includes(kind)) ? 'allowed' : 'denied',
  )));
}

function transportProofs({ pass }: Variant): Proof[] {
  const headers = UPLOADS[pass[0]];
  return (['plain HTTP', 'TLS 1.1'] as const).flatMap((transport) => [
    proof(`An upload over ${transport}`, { s3: 'PutObject', bucket: 'data', object: 'a', headers, transport }, 'denied'),
    proof(`A download over ${transport}`, { s3: 'GetObject', bucket: 'data', object: 'a', transport }, 'denied'),
    proof(`A listing over ${transport}`, { s3: 'ListBucket', bucket: 'data', transport }, 'denied'),
  ]);
}

function updateProofs({ ownKey, updates }: Variant): Proof[] {
  if (!ownKey) { return []; }
  const outcome = updates === undefined ? 'denied' : 'allowed';
  const update = (headers: Headers): S3Request => ({ s3: 'UpdateObjectEncryption', bucket: 'data', object: 'a', headers });
  return [
    denied('A role without any policy downloads', identity(role('Nobody')), { s3: 'GetObject', bucket: 'data', object: 'a' }),
    proof('A download', { s3: 'GetObject', bucket: 'data', object: 'a' }, 'allowed'),
    proof('A change of an object to the own key', update({ algorithm: 'aws:kms', keyArn: OWN }), 'allowed'),
    proof('A change of an object to a foreign key', update({ algorithm: 'aws:kms', keyArn: FOREIGN }), outcome),
    proof('A change of an object where S3 does not tell the key', update({}), outcome),
  ];
}

/** Under a key, neither the permission of S3 nor that of KMS does anything by itself. */
function twoPermissions({ ownKey, pass }: Variant): Proof[] {
  const s3Only = session(S3_ONLY);
  const kmsOnly = session(KMS_ONLY);
  const updater = session(UPDATER);
  const read: S3Request = { s3: 'GetObject', bucket: 'data', object: 'a' };
  const upload: S3Request = { s3: 'PutObject', bucket: 'data', object: 'a', headers: UPLOADS[pass[0]] };
  const update: S3Request = { s3: 'UpdateObjectEncryption', bucket: 'data', object: 'a', headers: { algorithm: 'aws:kms', keyArn: OWN } };
  const expected = ownKey ? 'denied' : 'allowed';
  return [
    { title: 'A role with the permission of S3 alone downloads', caller: s3Only, request: read, expected },
    { title: 'A role with the permission of S3 alone uploads', caller: s3Only, request: upload, expected },
    denied('A role with the permission of KMS alone downloads', kmsOnly, read),
    denied('A role with the permission of KMS alone uploads', kmsOnly, upload),
    ...ownKey ? [
      denied('A role with the permission of S3 alone changes an object to the own key', s3Only, update),
      denied('A role with the permission of KMS alone changes an object to the own key', kmsOnly, update),
      allowed('A role with both permissions for it changes an object to the own key', updater, update),
      denied('A role with both permissions for it changes an object over plain HTTP', updater, { ...update, transport: 'plain HTTP' }),
      denied('A role with both permissions for a change downloads', updater, read),
      denied('A role with the permission of KMS alone decrypts directly', kmsOnly, { kms: 'Decrypt', keyArn: OWN }),
    ] : [],
  ];
}

function proof(title: string, request: S3Request, expected: Outcome): Proof {
  return { title, caller: identity(ADMINISTRATOR), request, expected };
}
