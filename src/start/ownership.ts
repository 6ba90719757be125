import type { Stats } from 'node:fs';
import { statSync } from 'node:fs';

/** Whether something belongs to the owner of this file or to root: whoever that is may change the program as well. */
export function isOfOwner({ uid }: Pick<Stats, 'uid'>): boolean {
  return uid === 0 || uid === statSync(__filename).uid;
}
