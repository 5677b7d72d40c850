import {
  GetPolicyCommand, GetPolicyVersionCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient, ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { ConditionContext } from './condition';
import { type Asked, decide, type PolicyDocument, trusts } from './policy';
import { ServiceError } from './service-error';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where a local service finds the rest of the local AWS. */
export interface LocalAccount {
  /** The address of the local AWS that has IAM and STS. */
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /**
   * Who asks IAM and STS.
   *
   * @default - the account root
   */
  readonly credentials?: Credentials;
}

/** The local AWS takes any credentials for those of the account root. */
export const ROOT: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Roles of the local AWS: who a request comes from, what its policies allow, and sessions for services. */
export class Identities {
  private readonly iam: IAMClient;
  private readonly sts: STSClient;

  constructor(private readonly account: LocalAccount) {
    const shared = { endpoint: account.endpoint, region: account.region, credentials: account.credentials ?? ROOT, maxAttempts: 1 };
    this.iam = new IAMClient(shared);
    this.sts = new STSClient(shared);
  }

  public close(): void {
    this.iam.destroy();
    this.sts.destroy();
  }

  /**
   * The role whose session signed a request, by the access key in its signature.
   *
   * `undefined` for the account root, which no policy limits, and for an unsigned request: those come from the local
   * AWS itself, which has asked the policies already.
   */
  public async roleOf(authorization: string | undefined): Promise<string | undefined> {
    const [, accessKeyId] = /Credential=([^/,]+)/.exec(authorization ?? '') ?? [];
    if (accessKeyId === undefined || accessKeyId === ROOT.accessKeyId) return undefined;
    const caller = new STSClient({
      endpoint: this.account.endpoint, region: this.account.region, credentials: { accessKeyId, secretAccessKey: 'unchecked' }, maxAttempts: 1,
    });
    try {
      const { Arn: arn } = await caller.send(new GetCallerIdentityCommand({}));
      const [, role] = /:assumed-role\/([^/]+)\//.exec(arn ?? '') ?? [];
      return role;
    } finally {
      caller.destroy();
    }
  }

  /** Throws what AWS answers if the policies of a role do not allow something. */
  public async require(roleName: string, asked: Asked): Promise<void> {
    const context: ConditionContext = { 'aws:securetransport': 'true', 'aws:principalaccount': this.account.account, ...asked.context };
    const decision = decide(await this.policiesOf(roleName), { ...asked, context });
    if (decision === 'allowed') return;
    const why = decision === 'explicit' ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${asked.action} action`;
    throw new ServiceError('AccessDeniedException', `User: arn:aws:sts::${this.account.account}:assumed-role/${roleName}/session is not authorized `
      + `to perform: ${asked.action} on resource: ${asked.resource} ${why}`, 403);
  }

  /** Whether a service may assume a role, for a resource of its own. A role that does not exist trusts nobody. */
  public async trusts(roleArn: string, service: string, sourceArn: string): Promise<boolean> {
    try {
      const { Role: role } = await this.iam.send(new GetRoleCommand({ RoleName: nameOfRole(roleArn) }));
      return trusts(parse(role?.AssumeRolePolicyDocument), service, { 'aws:sourceaccount': this.account.account, 'aws:sourcearn': sourceArn });
    } catch (error) {
      if ((error as Error).name === 'NoSuchEntityException' || (error as Error).name === 'NoSuchEntity') return false;
      throw error;
    }
  }

  /** Credentials of a role, as a service gives them to what it runs. */
  public async session(roleArn: string, name: string): Promise<Credentials> {
    const { Credentials: found } = await this.sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: name.slice(0, 64) }));
    if (!found?.AccessKeyId || !found.SecretAccessKey) throw new Error(`the local AWS gave no credentials for ${roleArn}`);
    return { accessKeyId: found.AccessKeyId, secretAccessKey: found.SecretAccessKey, sessionToken: found.SessionToken };
  }

  private async policiesOf(RoleName: string): Promise<PolicyDocument[]> {
    const { PolicyNames: inline = [] } = await this.iam.send(new ListRolePoliciesCommand({ RoleName }));
    const { AttachedPolicies: attached = [] } = await this.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    return Promise.all([
      ...inline.map(async (PolicyName) => parse((await this.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument)),
      ...attached.map(async ({ PolicyArn }) => {
        const { Policy: policy } = await this.iam.send(new GetPolicyCommand({ PolicyArn }));
        const version = await this.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: policy?.DefaultVersionId }));
        return parse(version.PolicyVersion?.Document);
      }),
    ]);
  }
}

/** The name of a role, which is behind its path. */
export function nameOfRole(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}

/** IAM gives documents as they are in a URL. */
function parse(document: string | undefined): PolicyDocument {
  if (document === undefined) throw new Error('the local AWS gave no policy document');
  return JSON.parse(document.trimStart().startsWith('{') ? document : decodeURIComponent(document)) as PolicyDocument;
}
