import { CfnOutput, Stack, StackProps, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** Properties of a `CrossAccountStack`. */
export interface CrossAccountStackProps extends StackProps {
  /** A role of another account, which must exist when the stack is deployed. */
  readonly partnerRoleArn: string;
}

/**
 * A bucket that a role of another account reads.
 *
 * Both sides have to agree: the grant writes this side into the bucket policy and the key policy,
 * and a warning prints the statement for the other side's IAM policy.
 */
export class CrossAccountStack extends Stack {
  constructor(scope: Construct, id: string, props: CrossAccountStackProps) {
    super(scope, id, props);

    const partner = iam.Role.fromRoleArn(this, 'Partner', props.partnerRoleArn);
    const shared = new SecureBucket(this, 'Shared');
    shared.grantRead(partner, 'outbox/*');

    Validations.of(shared).acknowledge({
      id: 'cdk-s3-encryption:SecureBucket.identityMustAddStatement',
      reason: 'The partner has added the printed statement to its role.',
    });
    new CfnOutput(this, 'BucketName', { value: shared.bucketName });
    new CfnOutput(this, 'KeyArn', { value: shared.encryptionKey!.keyArn });
  }
}
