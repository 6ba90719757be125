import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemErrorCode } from '../base/error.ts';

/** As many as Linux follows. */
const MOST_LINKS = 40;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * Tells whether others than a user and root could change what stands at a path: the file, each folder on the way
 * to it, and each symbolic link, with the folders on its own way, must belong to the user or to root, and be written by
 * nobody else. A folder with the sticky bit (`/tmp`) may be written by all: nobody removes there what is another's.
 *
 * @param userId - the effective user; undefined: who owns what is not looked at
 */
export async function isChangeableByOthers(
  path: string,
  userId: number | undefined,
): Promise<boolean> {
  let folder = '/';
  let links = 0;
  const rest = partsOf(resolve(path));
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '..') {
      folder = dirname(folder);
      continue;
    }
    const here = join(folder, part);
    const stats = await statsOf(here);
    if (stats === undefined) return true;
    if (userId !== undefined && stats.uid !== userId && stats.uid !== 0) return true;
    if (!stats.isSymbolicLink()) {
      const isSticky = stats.isDirectory() && (stats.mode & STICKY) !== 0;
      if (!isSticky && (stats.mode & WRITABLE_BY_OTHERS) !== 0) return true;
      folder = here;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return true;
    const target = await readlink(here);
    if (target.startsWith('/')) folder = '/';
    rest.unshift(...partsOf(target));
  }
  return false;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined; // it has gone meanwhile, or is a pipe that has a name for its owner only
  }
}
