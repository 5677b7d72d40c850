import { Token } from 'aws-cdk-lib';
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
export function shapeOf(principal: iam.IPrincipal): PrincipalShape {
  const { principalJson, conditions } = principal.policyFragment;
  const aws = [...principalJson.AWS ?? []];
  const literal = [...principalJson.LiteralString ?? []]; // StarPrincipal renders as a bare "*"
  return {
    aws: [...aws, ...literal],
    services: [...principalJson.Service ?? []],
    other: Object.keys(principalJson).some((kind) => !['AWS', 'Service', 'LiteralString'].includes(kind)),
    conditioned: Object.keys(conditions).length > 0,
  };
}

/** Whether the principal is everybody, with nothing that narrows it. */
export function isEverybody(principal: iam.IPrincipal): boolean {
  const shape = shapeOf(principal);
  return shape.aws.includes('*') && !shape.conditioned;
}

/**
 * The ARNs of roles and users, for a list in `aws:PrincipalArn`.
 *
 * A condition on `aws:PrincipalArn` compares the ARN of the role, not of its session, so an account
 * or a service in such a list would silently match nobody.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export function identityArns(scope: IConstruct, prop: string, principals: iam.IPrincipal[]): string[] {
  if (principals.length === 0) {
    throw new ValidationError('NoPrincipals', `'${prop}' must name at least one IAM role or user, got an empty list: leave it out to use the default`, scope);
  }
  return principals.map((principal) => {
    const shape = shapeOf(principal);
    const [arn] = shape.aws;
    // A token is the ARN of a role or user of this app; a literal must look like one.
    const isIdentity = shape.aws.length === 1 && shape.services.length === 0 && !shape.other
      && (isReference(arn) || /^arn:[^:]+:(iam|sts)::\d{12}:(role|user|assumed-role)\/.+/.test(arn));
    if (!isIdentity || principal instanceof iam.AccountPrincipal) {
      throw new ValidationError('PrincipalNotAnIdentity',
        `'${prop}' takes IAM roles and users, got ${principal}: pass an iam.Role, an iam.User or an iam.ArnPrincipal of one`, scope);
    }
    return arn;
  });
}

function isReference(value: string): boolean {
  return Token.isUnresolved(value);
}
