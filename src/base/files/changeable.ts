import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemErrorCode } from '../error.ts';

/** The limit that Linux applies. */
const MOST_LINKS = 40;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * Returns true if a user other than this one and root could change the file at a path. The file, every folder
 * above it, and every symbolic link on the way (with the folders above its target) must belong to this user or
 * root and must not be writable by anyone else. A folder with the sticky bit (`/tmp`) may be world-writable,
 * because users cannot remove each other's files there. A path that cannot be resolved counts as changeable.
 *
 * @param userId - the effective user; undefined: ownership is not checked
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
    return undefined; // removed in the meantime, or a pipe whose name only its owner can resolve
  }
}
