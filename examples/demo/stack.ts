import { CfnOutput, Stack, StackProps, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { RotatingS3Key, SecureBucket } from '../../src'; // in your app: from 'cdk-s3-encryption'

/** What `npm run demo` deploys to a local AWS and proves: a key, a bucket and three roles. */
export class DemoStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, { env: { account: '123456789012', region: 'us-east-1' }, ...props });

    const key = new RotatingS3Key(this, 'Key', { alias: 'demo' });
    const data = new SecureBucket(this, 'Data', { encryptionKey: key });

    const role = (name: string) => new iam.Role(this, name, { assumedBy: new iam.AccountRootPrincipal() });
    const uploader = role('Uploader');
    const reader = role('Reader');
    const writeOnly = role('WriteOnly');
    data.grantPut(uploader);
    data.grantRead(reader);
    data.grantWriteOnly(writeOnly, 'drop/*');
    Validations.of(data).acknowledge({
      id: 'cdk-s3-encryption:SecureBucket.writeOnlyUnderBucketKey',
      reason: 'The demo turns the Bucket Key off for each upload of this role.',
    });

    new CfnOutput(this, 'BucketName', { value: data.bucketName });
    new CfnOutput(this, 'KeyArn', { value: key.keyArn });
    new CfnOutput(this, 'UploaderRoleArn', { value: uploader.roleArn });
    new CfnOutput(this, 'ReaderRoleArn', { value: reader.roleArn });
    new CfnOutput(this, 'WriteOnlyRoleArn', { value: writeOnly.roleArn });
    new CfnOutput(this, 'AccessLogsBucketName', { value: data.accessLogsBucket!.bucketName });
  }
}
