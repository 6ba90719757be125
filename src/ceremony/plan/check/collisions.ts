import { resolve } from 'node:path';
import { commonFiles, filesOf } from '../../run/names.ts';
import { isFilePlace, placeOf } from '../place-of.ts';
import type { Path } from '../yaml-document.ts';
import type { Found, PlanSubject } from './findings.ts';
import { error, sameName } from './findings.ts';

/** It is made when the ceremony begins. */
const SOME_FOLDER = '/the folder of the ceremony';

/** Files that would have one name, on a file system too that does not distinguish letter case. */
export function checkCollisions({ plan, planFolder }: PlanSubject): Found[] {
  const folder = SOME_FOLDER;
  const taken = new Set(commonFiles(folder).map(nameOf));
  const found: Found[] = [];
  const take = (path: Path, files: readonly string[], of: string): void => {
    const names = files.map(nameOf);
    const twice = names.find((name) => taken.has(name) || /\.lock\.\d+$/.test(name));
    if (twice !== undefined) {
      const message = `${of} would be a file of the ceremony itself, or of another recipient: ${twice}`;
      found.push(error(path, 'file-twice', message, 'give another name'));
    }
    for (const name of names) taken.add(name);
  };
  for (const [index, recipient] of plan.Recipients.entries()) {
    const before = plan.Recipients.slice(0, index);
    const isTwice = before.some(({ Name }) => sameName(Name) === sameName(recipient.Name));
    if (isTwice) continue; // which has a finding of its own
    take(['Recipients', index, 'Name'], filesOf(folder, recipient), recipient.Name);
  }
  for (const [index, place] of plan.Backups.entries()) {
    if (!isFilePlace(place)) continue;
    const path = placeOf(plan, planFolder, folder, place);
    if (!taken.has(nameOf(path))) continue; // two places that are one have a finding of their own
    take(['Backups', index], [path], place);
  }
  return found;
}

function nameOf(path: string): string {
  return resolve(path).toLowerCase();
}
