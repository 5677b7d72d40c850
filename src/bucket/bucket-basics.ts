import { at, canonical, type FinalState } from '../private/final-state';

/** What every bucket of this library keeps, the log bucket too: private, without ACLs, versioned. */
export function brokenBasics({ properties }: FinalState, versioned: boolean = true): string[] {
  const expected: [name: string, value: unknown][] = [
    ['PublicAccessBlockConfiguration', { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }],
    ['OwnershipControls', { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] }],
    ...versioned ? [['VersioningConfiguration', { Status: 'Enabled' }] as [string, unknown]] : [],
  ];
  const broken = expected
    .filter(([name, value]) => canonical(value) !== canonical(at(properties, name)))
    .map(([name, value]) => `'${name}' must stay ${JSON.stringify(value)}, got ${JSON.stringify(at(properties, name))}`);
  if (properties.WebsiteConfiguration !== undefined) {
    broken.push(`'WebsiteConfiguration' must be absent, got ${JSON.stringify(properties.WebsiteConfiguration)}`);
  }
  const acl = properties.AccessControl;
  if (acl !== undefined && acl !== 'Private') {
    broken.push(`'AccessControl' must be absent, got ${JSON.stringify(acl)}`);
  }
  return broken;
}
