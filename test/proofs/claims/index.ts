import { buckets } from './buckets';
import { consumers } from './consumers';
import { grants } from './grants';
import { keys } from './keys';
import { replication } from './replication';
import { uploads } from './uploads';
import type { Claims } from '../proof';

/** Everything that is claimed about the policies of this library. */
export const CLAIMS: Claims[] = [
  ...uploads(),
  ...grants(),
  ...keys(),
  ...consumers(),
  ...buckets(),
  ...replication(),
];
