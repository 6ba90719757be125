import { dirname, isAbsolute, normalize } from 'node:path';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { isFilePlace } from '../place-of.ts';
import type { Found, PlanFacts, PlanSubject } from './findings.ts';
import { collecting, error, isBlank, warning } from './findings.ts';

/** Where the backup is kept: two places that one accident does not take, and nothing there yet. */
export async function checkBackups(
  { plan, planFolder }: PlanSubject,
  facts: PlanFacts,
): Promise<Found[]> {
  const { Backups: places, Practice: isPractice } = plan;
  const found: Found[] = [];
  const seen = new Set<string>();
  const placeOnDisk = new Map<string, string>();
  for (const [index, place] of places.entries()) {
    const path = ['Backups', index];
    if (isBlank(place)) continue;
    // The folder of the ceremony is made when it begins.
    const isNew = isPractice && isFilePlace(place) && !isAbsolute(place);
    const target =
      isNew || !isFilePlace(place) ? normalize(place) : absolutePath(planFolder, place);
    if (seen.has(target)) {
      found.push(error(path, 'backup-twice', `${place} is given twice`));
      continue;
    }
    seen.add(target);
    await collecting(found, path, async () => {
      facts.assertPlace(place);
      if (!isFilePlace(place)) return;
      const folder = dirname(target);
      const disk = isNew ? newDisk(folder) : await facts.fileSystemOf(folder);
      if (disk === undefined) {
        found.push(error(path, 'file-missing', `the folder of ${place} does not exist`));
        return;
      }
      if (!isNew && (await facts.exists(target))) {
        found.push(error(path, 'output-exists', `${place} is there already`, 'give another name'));
      }
      const other = placeOnDisk.get(disk);
      placeOnDisk.set(disk, other ?? place);
      if (other === undefined) return;
      const message = `${place} and ${other} are on one file system: what destroys one destroys both`;
      found.push((isPractice ? warning : error)(path, 'backups-on-one-disk', message));
    });
  }
  if (places.length < 2) {
    const count = places.length === 1 ? 'is one place' : 'is no place';
    const message = `there ${count} for the backup, and two are needed`;
    found.push(error(['Backups'], 'backup-places', message));
  }
  return found;
}

/** The disk of the new folder of the ceremony, in which there is no other folder. */
function newDisk(folder: string): string | undefined {
  return folder === '.' ? 'the folder of the ceremony' : undefined;
}
