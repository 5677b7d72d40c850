import type { Environment } from '../../deployer/intrinsics';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const REGION = 'eu-west-1';
/** In no organization at all. */
export const LONE_ACCOUNT = '999988887777';
export const ORGANIZATION = 'o-exampleorg1';
/** That of the other account. */
export const OTHER_ORGANIZATION = 'o-otherother2';

export const ENVIRONMENT: Environment = {
  partition: 'aws', region: REGION, account: ACCOUNT, urlSuffix: 'amazonaws.com', stackName: 'World',
};

export const role = (name: string, account: string = ACCOUNT): string => `arn:aws:iam::${account}:role/${name}`;
export const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;
export const keyArn = (name: string, account: string = ACCOUNT): string => `arn:aws:kms:${REGION}:${account}:key/${name}`;
export const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;

/** Is named for CreateGrant in every key policy, so that only the guards stand in its way. */
export const GRANTOR = role('Grantor');
