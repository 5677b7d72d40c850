import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { brokenBasics } from './bucket-basics';
import type { ResolvedProps } from './resolved-props';
import { at, canonical, finalState, isRetained, missingStatements } from '../private/final-state';

const REMEDY = 'a property injector, an aspect or an override changed it; exempt this bucket there, or use s3.Bucket';

/** What a bucket no longer keeps of its promise, in the template as it will be deployed. */
export function brokenPromisesOfBucket(bucket: s3.Bucket, resolved: ResolvedProps, retained: boolean, promised: iam.PolicyStatement[]): string[] {
  const resource = bucket.node.defaultChild;
  if (!s3.CfnBucket.isCfnBucket(resource)) {
    return [`SecureBucket must contain an AWS::S3::Bucket as its default child: ${REMEDY}`];
  }
  const state = finalState(resource);
  const { properties } = state;
  const broken = brokenBasics(state, resolved.versioned).map((what) => `${what}: ${REMEDY}`);
  const wanted = expectedEncryption(bucket, resolved);
  if (canonical(wanted) !== canonical(properties.BucketEncryption)) {
    broken.push(`'BucketEncryption' must stay ${JSON.stringify(wanted)}, got ${JSON.stringify(properties.BucketEncryption)}: ${REMEDY}`);
  }
  if (retained && !isRetained(state)) {
    broken.push(`'DeletionPolicy' must stay Retain, got ${JSON.stringify(state.deletionPolicy)}: ${REMEDY}; to let the data go on purpose, set the bucket's 'removalPolicy'`);
  }
  if (resolved.accessLogs && at(properties, 'LoggingConfiguration', 'DestinationBucketName') === undefined) {
    broken.push(`'LoggingConfiguration' must name a log bucket, got ${JSON.stringify(properties.LoggingConfiguration)}: ${REMEDY}`);
  }
  return [...broken, ...brokenPolicy(bucket, promised)];
}

function expectedEncryption(bucket: s3.Bucket, resolved: ResolvedProps): unknown {
  return Stack.of(bucket).resolve({
    ServerSideEncryptionConfiguration: [{
      ServerSideEncryptionByDefault: {
        SSEAlgorithm: resolved.mode._algorithm,
        KMSMasterKeyID: resolved.mode._usesKms ? bucket.encryptionKey?.keyArn : undefined,
      },
      BucketKeyEnabled: resolved.mode._usesKms ? resolved.bucketKeyEnabled : undefined,
      BlockedEncryptionTypes: { EncryptionType: resolved.blockedEncryptionTypes },
    }],
  });
}

function brokenPolicy(bucket: s3.Bucket, promised: iam.PolicyStatement[]): string[] {
  const policy = bucket.policy?.node.defaultChild;
  if (!s3.CfnBucketPolicy.isCfnBucketPolicy(policy)) {
    return [`the bucket policy must stay, got none: ${REMEDY}`];
  }
  const missing = missingStatements(bucket, finalState(policy).properties.PolicyDocument, promised);
  return missing.length === 0 ? [] : [`the bucket policy must keep the statements ${missing.join(', ')} as they were: ${REMEDY}`];
}
