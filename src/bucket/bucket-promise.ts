import { CfnDeletionPolicy, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { brokenBasics } from './bucket-basics';
import type { ResolvedProps } from './resolved-props';
import { at, canonical, finalState, isRetained, missingStatements } from '../private/final-state';
import { hasNoOverrides, holdsStatements } from '../private/untouched';

const REMEDY = 'a property injector, an aspect or an override changed it; exempt this bucket there, or use s3.Bucket';

/** What a bucket no longer keeps of its promise, in the template as it will be deployed. */
export function brokenPromisesOfBucket(bucket: s3.Bucket, resolved: ResolvedProps, retained: boolean, promised: iam.PolicyStatement[]): string[] {
  const resource = bucket.node.defaultChild;
  if (!s3.CfnBucket.isCfnBucket(resource)) {
    return [`SecureBucket must contain an AWS::S3::Bucket as its default child: ${REMEDY}`];
  }
  if (looksUntouched(bucket, resource, resolved, retained)) { return brokenPolicy(bucket, promised); }
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

/** Whether the properties that matter are as they were set, without rendering the others. */
function looksUntouched(bucket: s3.Bucket, resource: s3.CfnBucket, resolved: ResolvedProps, retained: boolean): boolean {
  const stack = Stack.of(bucket);
  const { loggingConfiguration } = resource;
  return hasNoOverrides(resource)
    && resource.websiteConfiguration === undefined
    && (!retained || resource.cfnOptions.deletionPolicy === CfnDeletionPolicy.RETAIN)
    && (!resolved.accessLogs || at(loggingConfiguration, 'destinationBucketName') !== undefined)
    && stack.resolve(resource.accessControl) === undefined
    && canonical(stack.resolve(resource.ownershipControls)) === canonical({ rules: [{ objectOwnership: 'BucketOwnerEnforced' }] })
    && canonical(resource.publicAccessBlockConfiguration) === canonical(s3.BlockPublicAccess.BLOCK_ALL)
    && (!resolved.versioned || canonical(resource.versioningConfiguration) === canonical({ status: 'Enabled' }))
    && canonical(resource.bucketEncryption) === canonical(encryptionOf(bucket, resolved));
}

/** What the L1 is given as encryption, and has to have at the end. */
export function encryptionOf(bucket: s3.Bucket, resolved: ResolvedProps): s3.CfnBucket.BucketEncryptionProperty {
  const { mode, bucketKeyEnabled, blockedEncryptionTypes } = resolved;
  return {
    serverSideEncryptionConfiguration: [{
      serverSideEncryptionByDefault: { sseAlgorithm: mode._algorithm, kmsMasterKeyId: bucket.encryptionKey?.keyArn },
      bucketKeyEnabled: mode._usesKms ? bucketKeyEnabled : undefined,
      blockedEncryptionTypes: { encryptionType: blockedEncryptionTypes },
    }],
  };
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
  if (bucket.policy !== undefined && holdsStatements(policy, policy.policyDocument, bucket.policy.document, promised)) { return []; }
  const missing = missingStatements(bucket, finalState(policy).properties.PolicyDocument, promised);
  return missing.length === 0 ? [] : [`the bucket policy must keep the statements ${missing.join(', ')} as they were: ${REMEDY}`];
}
