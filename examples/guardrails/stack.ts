import { Stack, StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EncryptionGuardrails } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** Belongs in the management account. A sandbox first: give the root or an organizational unit when nothing broke there. */
export class GuardrailsStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    new EncryptionGuardrails(this, 'Guardrails', {
      organizationId: 'o-exampleorg1',
      keyDeletionRoleArns: ['arn:aws:iam::*:role/BreakGlass'],
      encryptionChangeRoleArns: ['arn:aws:iam::*:role/cdk-hnb659fds-cfn-exec-role-*'],
      objectEncryptionChangeRoleArns: ['arn:aws:iam::*:role/Orders-OrdersBackfillBatchRole*'], // the batchRole of an EncryptionBackfillJob
      roleAdministratorArns: ['arn:aws:iam::*:role/SecurityTeam', 'arn:aws:iam::*:role/AWSControlTowerExecution'],
      targetIds: ['222222222222'],
    });
  }
}
