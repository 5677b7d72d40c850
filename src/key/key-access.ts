import * as iam from 'aws-cdk-lib/aws-iam';
import { ValidationError } from '../private/errors';

/**
 * Who may use a `RotatingS3Key` for cryptography, and through which AWS services.
 *
 * With every preset the account administers the key without any cryptographic action: an
 * administrator who calls `kms:Decrypt` directly is refused.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export class KeyAccess {
  /**
   * The account's IAM policies decide, for requests that Amazon S3 makes on the caller's behalf.
   *
   * No role is named in the key policy, so every ordinary grant is effective and grants across
   * stacks make no cycle. The default.
   */
  public static throughS3(): KeyAccess {
    return new KeyAccess(['s3'], undefined);
  }

  /**
   * Only principals that the key policy names, through Amazon S3. Stricter than the default.
   *
   * An IAM policy alone no longer opens the key: each grant also adds a statement to the key
   * policy. A role in a stack that depends on the key's stack makes a cycle, which the CDK reports
   * at synthesis: create such roles beside the key, or name them by ARN.
   *
   * @param principals who may use the key besides those that grants add; roles and users must
   * exist when the key is deployed, or AWS KMS refuses the policy. A service, or `*` without a
   * condition, is refused with an error: services have `key.consumers`. An organization admits each
   * of its members without an IAM policy for the key
   */
  public static namedPrincipals(...principals: iam.IPrincipal[]): KeyAccess {
    return new KeyAccess(['s3'], principals);
  }

  /**
   * The account's IAM policies decide, for requests that Amazon S3 or the given services make.
   * Wider than the default, for a key that encrypts more than buckets.
   *
   * Services that work with grants (EBS, RDS and others) may create them for their own resources.
   *
   * @param services names as in `kms:ViaService`, without region: `sqs`, `sns`, `dynamodb`,
   * `secretsmanager`; `s3` is always included. Anything else is refused with an error
   */
  public static throughServices(...services: string[]): KeyAccess {
    if (services.length === 0) {
      throw new ValidationError('NoServices', "'services' must name at least one service, got none: use KeyAccess.throughS3() for a key that only S3 uses");
    }
    for (const service of services) {
      if (!/^[a-z][a-z0-9-]*$/.test(service)) {
        throw new ValidationError('ServiceNameMalformed',
          `'services' takes names as in kms:ViaService without region, got '${service}': write 'sqs', not 'sqs.amazonaws.com'`);
      }
    }
    return new KeyAccess([...new Set(['s3', ...services])], undefined);
  }

  /**
   * Services, by their name in `kms:ViaService`, that may use the key on a caller's behalf.
   *
   * @internal
   */
  public readonly _services: string[];

  /**
   * Principals named in the key policy, or undefined when IAM decides.
   *
   * @internal
   */
  public readonly _principals?: iam.IPrincipal[];

  private constructor(services: string[], principals: iam.IPrincipal[] | undefined) {
    this._services = services;
    this._principals = principals;
  }
}
