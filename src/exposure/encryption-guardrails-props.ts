/** Properties of `EncryptionGuardrails`. */
export interface EncryptionGuardrailsProps {
  /**
   * The id of the organization, such as `o-exampleorg1`. Keys of other organizations, and of accounts in
   * none, are foreign.
   */
  readonly organizationId: string;

  /**
   * Who may still take a key away from those who need it: disable it, schedule its deletion, delete its imported
   * material or import one that expires, cut off its key store, or put a policy that locks everybody out. ARNs of roles,
   * with `*` for parts of them, such as `arn:aws:iam::*:role/BreakGlass`. At least one.
   *
   * Where stacks delete their keys with them, as in sandboxes, the role that deploys is among them, or their deletion fails.
   *
   * @default - required, unless `allowKeyDeletionBecause` says why everybody may
   */
  readonly keyDeletionRoleArns?: string[];

  /**
   * Who may still change the default encryption of a bucket: ARNs of roles, with `*` for parts of them. At
   * least one. Deployments are among them, or no bucket with encryption settings can be made: those of the CDK run as
   * `arn:aws:iam::*:role/cdk-hnb659fds-cfn-exec-role-*`, `cdk bootstrap` as whoever calls it, and what prepares new
   * accounts as roles such as `AWSControlTowerExecution` and `stacksets-exec-*`.
   *
   * Nobody from outside of the organization may, whatever the policy of the bucket says.
   *
   * @default - required, unless `allowEncryptionChangeBecause` says why everybody may
   */
  readonly encryptionChangeRoleArns?: string[];

  /**
   * Who may still change the encryption of objects that are there, in place (`UpdateObjectEncryption`): ARNs of roles, with `*` for parts of
   * them. At least one. Whoever else may write an object can still replace it, under the default of the bucket or another key of the organization.
   *
   * The jobs of S3 Batch Operations that an `EncryptionBackfillJob` starts are among them, or it fails for objects that it would move in place:
   * its `batchRole`.
   *
   * @default - those of `encryptionChangeRoleArns`, or everybody where `allowEncryptionChangeBecause` says why
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/update-sse-encryption.html
   */
  readonly objectEncryptionChangeRoleArns?: string[];

  /**
   * Who may make and change the roles that are excepted: ARNs of roles, with `*` for parts of them. What bootstraps accounts
   * is among them. Those of `objectEncryptionChangeRoleArns` are also made by `encryptionChangeRoleArns`, which deploy the backfills.
   *
   * @default - whoever has the permission, and a warning: a role is excepted by its name, so whoever may make one of that
   * name is excepted too
   */
  readonly roleAdministratorArns?: string[];

  /**
   * Accounts of no organization, or of others, under whose keys principals of this one may encrypt: 12 digits each.
   *
   * @default - none
   */
  readonly trustedAccountIds?: string[];

  /**
   * Other organizations under whose keys principals of this one may encrypt, as partners ask whose buckets
   * they write to.
   *
   * @default - none
   */
  readonly trustedOrganizationIds?: string[];

  /**
   * What the policies are attached to: the ids of the root (`r-…`), of organizational units (`ou-…`) or of
   * accounts (12 digits). Try an account first.
   *
   * @default - nothing: the policies are made, to be read and tried, and stop nothing yet. A warning says so
   */
  readonly targetIds?: string[];

  /**
   * Leaves out the guardrail against keys of clients (SSE-C), and says why. It warns.
   *
   * @default - nobody uploads to a bucket of the accounts under a key that only the client has
   */
  readonly allowSseCBecause?: string;

  /**
   * Leaves out the guardrail against plain HTTP, and says why. It warns. Needed where buckets are served by website
   * endpoints, which speak nothing else.
   *
   * @default - buckets of the accounts are reached by TLS alone
   */
  readonly allowPlainHttpBecause?: string;

  /**
   * Leaves out the guardrail against the deletion of keys, and says why. It warns.
   *
   * @default - only `keyDeletionRoleArns` disable keys, schedule their deletion or delete their material
   */
  readonly allowKeyDeletionBecause?: string;

  /**
   * Leaves out the guardrail against changes of the encryption of buckets, and says why. It warns.
   *
   * @default - only `encryptionChangeRoleArns` change the encryption of buckets
   */
  readonly allowEncryptionChangeBecause?: string;

  /**
   * Leaves out the guardrail against foreign keys, and says why. It warns.
   *
   * @default - principals of the accounts encrypt under keys of this organization and trusted ones
   */
  readonly allowForeignKeysBecause?: string;
}
