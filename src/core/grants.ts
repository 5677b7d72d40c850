import type { GetObjectAclCommandOutput, Grant } from '@aws-sdk/client-s3';
import type { ObjectGrants } from './store';

/** CopyObject makes an object private. What others were given is given again; undefined when nobody was. */
export function grantsFrom(acl: Pick<GetObjectAclCommandOutput, 'Owner' | 'Grants'>): ObjectGrants | undefined {
  const grants = acl.Grants ?? [];
  if (grants.every((grant) => grant.Permission === 'FULL_CONTROL' && grant.Grantee?.ID === acl.Owner?.ID)) { return undefined; }
  return {
    fullControl: header(grants, 'FULL_CONTROL'),
    read: header(grants, 'READ'),
    readAcp: header(grants, 'READ_ACP'),
    writeAcp: header(grants, 'WRITE_ACP'),
  };
}

function header(grants: readonly Grant[], permission: string): string | undefined {
  const grantees = grants.filter((grant) => grant.Permission === permission).map(({ Grantee: grantee }) =>
    grantee?.URI !== undefined ? `uri="${grantee.URI}"` : `id="${grantee?.ID ?? ''}"`);
  return grantees.length > 0 ? grantees.join(', ') : undefined;
}
