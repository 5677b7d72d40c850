import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { ValidationError } from './errors';

/** What a policy statement would have to say about a principal. */
export interface PrincipalShape {
  /** Values under `AWS`: ARNs, account ids, or `*`. */
  readonly aws: string[];
  /** Names under `Service`. */
  readonly services: string[];
  /** Whether any other kind (federated, canonical user) is named. */
  readonly other: boolean;
  /** Whether the principal carries conditions of its own. */
  readonly conditioned: boolean;
}

/** Reads the policy fragment of a principal without adding it anywhere. */
export function shapeOf(scope: IConstruct, principal: iam.IPrincipal): PrincipalShape {
  const { principalJson, conditions } = principal.policyFragment;
  const aws: string[] = [...principalJson.AWS ?? []];
  const literal: string[] = [...principalJson.LiteralString ?? []]; // StarPrincipal renders as a bare "*"
  return {
    aws: [...aws, ...literal],
    // The CDK names services by token, because some have other names in other partitions.
    services: (principalJson.Service ?? []).map((name: string) => {
      const resolved: unknown = Stack.of(scope).resolve(name);
      return typeof resolved === 'string' ? resolved : name;
    }),
    other: Object.keys(principalJson).some((kind) => !['AWS', 'Service', 'LiteralString'].includes(kind)),
    conditioned: Object.keys(conditions).length > 0,
  };
}

/** Whether the principal is everybody, with nothing that narrows it. */
export function isEverybody(scope: IConstruct, principal: iam.IPrincipal): boolean {
  const shape = shapeOf(scope, principal);
  return shape.aws.includes('*') && !shape.conditioned;
}

/**
 * The ARNs of roles and users, for a list in `aws:PrincipalArn`.
 *
 * A condition on `aws:PrincipalArn` compares the ARN of the role, not of its session, so an account,
 * a service, a group or a session in such a list would silently match nobody.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export function identityArns(scope: IConstruct, prop: string, principals: iam.IPrincipal[]): string[] {
  if (principals.length === 0) {
    throw new ValidationError('NoPrincipals', `'${prop}' must name at least one IAM role or user, got an empty list: leave it out to use the default`, scope);
  }
  return principals.map((principal) => {
    const shape = shapeOf(scope, principal);
    const [arn] = shape.aws;
    const isIdentity = shape.aws.length === 1 && shape.services.length === 0 && !shape.other && namesIdentity(scope, arn);
    if (!isIdentity || principal instanceof iam.AccountPrincipal || principal instanceof iam.Group) {
      throw new ValidationError('PrincipalNotAnIdentity',
        `'${prop}' takes IAM roles and users, got ${principal}: pass an iam.Role, an iam.User or an iam.ArnPrincipal of one`, scope);
    }
    if (shape.conditioned) {
      throw new ValidationError('PrincipalWithConditions',
        `'${prop}' takes IAM roles and users without conditions, got ${principal} with some: they could not be kept; pass the role or user itself`, scope);
    }
    return arn;
  });
}

/** A literal has to be the ARN of a role or user; what tokens leave open must at least not be another kind. */
function namesIdentity(scope: IConstruct, arn: string): boolean {
  if (!Token.isUnresolved(arn)) { return /^arn:[^:]+:iam::\d{12}:(role|user)\/.+/.test(arn); }
  return !/:root"|:(group|assumed-role|federated-user)\//.test(JSON.stringify(Stack.of(scope).resolve(arn)));
}
