import { absolutePath } from '../../base/files/absolute-path.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../../base/place-prefixes.ts';
import type { CeremonyPlan } from './plan.ts';

/** Whether a place of `Backups` is a file, and neither `secret:NAME` nor `store:NAME`. */
export function isFilePlace(place: string): boolean {
  return !place.startsWith(SECRET_PREFIX) && !place.startsWith(STORE_PREFIX);
}

/**
 * Where a place of `Backups` is: a file relative to the plan, or in a practice to the folder of the ceremony, so that a
 * practice can be repeated; `secret:NAME` and `store:NAME` as they are.
 */
export function placeOf(
  { Practice }: Pick<CeremonyPlan, 'Practice'>,
  planFolder: string,
  ceremonyFolder: string,
  place: string,
): string {
  if (!isFilePlace(place)) return place;
  return absolutePath(Practice ? ceremonyFolder : planFolder, place);
}
