import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Whether a file or folder lies outside a folder, by whatever paths both are reached: who can write in the folder cannot
 * write it for that alone.
 *
 * @param path - absolute, and there
 * @param folder - the real path of a folder
 */
export async function liesElsewhere(path: string, folder: string): Promise<boolean> {
  const own = await stat(folder);
  for (let at = await realpath(path); ; at = dirname(at)) {
    const { dev, ino } = await stat(at);
    if (dev === own.dev && ino === own.ino) return false;
    if (at === dirname(at)) return true;
  }
}

/** Who could write a file, or in a folder, as its owner and modes say: `user 1000, group 100, everyone`. */
export async function writersOf(path: string): Promise<string> {
  const stats: Stats = await stat(path);
  const { uid, gid, mode } = stats;
  const writers = [
    ...((mode & 0o200) === 0 ? [`user ${uid} (owner)`] : [`user ${uid}`]),
    ...((mode & 0o020) === 0 ? [] : [`group ${gid}`]),
    ...((mode & 0o002) === 0 ? [] : ['everyone']),
  ];
  return writers.join(', ');
}
