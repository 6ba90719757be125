import { dirname } from 'node:path';
import { isFilePlace, placeOf } from '../place-of.ts';
import type { Found, PlanFacts, PlanSubject } from './findings.ts';
import { collecting, error, isBlank, warning } from './findings.ts';

/** Where the backup is kept: two places that one accident does not take, and nothing there yet. */
export async function checkBackups(subject: PlanSubject, facts: PlanFacts): Promise<Found[]> {
  const { plan, planFolder, ceremonyFolder } = subject;
  const found: Found[] = [];
  /** By where a place is on disk, or its own name. */
  const first = new Map<string, string>();
  const seen = new Set<string>();
  for (const [index, place] of plan.Backups.entries()) {
    const path = ['Backups', index];
    if (isBlank(place)) continue;
    // Where practice files lie is not known before there is a folder: they lie together.
    const isInFolder = plan.Practice && ceremonyFolder === undefined && !place.startsWith('/');
    const target = isInFolder ? place : placeOf(plan, planFolder, ceremonyFolder ?? '/', place);
    if (seen.has(target)) {
      found.push(error(path, 'backup-twice', `${place} is given twice`));
      continue;
    }
    seen.add(target);
    const before = found.length;
    await collecting(found, path, () => {
      facts.assertPlace(place);
    });
    if (found.length > before) continue;
    if (!isFilePlace(place)) continue;
    const disk = isInFolder
      ? 'the folder of the ceremony'
      : await diskOf(target, plan.Practice, facts);
    if (disk === undefined) {
      found.push(error(path, 'file-missing', `the folder of ${place} does not exist`));
      continue;
    }
    if (!isInFolder && (await facts.exists(target))) {
      found.push(error(path, 'output-exists', `${place} is there already`, 'give another name'));
    }
    const other = first.get(disk);
    if (other === undefined) first.set(disk, place);
    else {
      const message = `${place} and ${other} are on one file system: what destroys one destroys both`;
      found.push((plan.Practice ? warning : error)(path, 'backups-on-one-disk', message));
    }
  }
  if (plan.Backups.length < 2) {
    const message = `there ${plan.Backups.length === 1 ? 'is one place' : 'is no place'} for the backup, and two are needed`;
    found.push(error(['Backups'], 'backup-places', message));
  }
  return found;
}

/** Of a practice plan the folders are made on the day. */
async function diskOf(
  file: string,
  isPractice: boolean,
  facts: PlanFacts,
): Promise<string | undefined> {
  let folder = dirname(file);
  let disk = await facts.fileSystemOf(folder);
  while (disk === undefined && isPractice && folder !== dirname(folder)) {
    folder = dirname(folder);
    disk = await facts.fileSystemOf(folder);
  }
  return disk;
}
