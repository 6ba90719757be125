import { closeSync, constants, fsyncSync, linkSync, lstatSync, openSync } from 'node:fs';
import { renameSync, unlinkSync } from 'node:fs';
import { systemErrorCode } from '../error.ts';

/** The system calls that give files their names. Tests replace them, to make one fail or to be killed before one. */
export interface FileSteps {
  readonly link: (from: string, to: string) => void;
  readonly rename: (from: string, to: string) => void;
  readonly unlink: (path: string) => void;
  /** Makes the folder's entries durable. */
  readonly sync: (folder: string) => void;
}

export const FILE_STEPS: FileSteps = {
  link: linkSync,
  rename: renameSync,
  unlink: unlinkSync,
  sync: syncFolder,
};

/** Errors of `link` on file systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Renames a file without ever replacing another: by link and unlink, or on a file system without hard links by rename
 * after a last check.
 *
 * @returns false if the name is taken
 * @throws the system's error
 */
export function moveToFreeName(from: string, to: string, steps: FileSteps): boolean {
  try {
    steps.link(from, to);
  } catch (error) {
    const code = systemErrorCode(error) ?? '';
    if (NO_LINKS.has(code)) {
      if (isThere(to)) return false;
      steps.rename(from, to);
      return true;
    }
    if (code !== 'EEXIST') throw error;
    if (!isSameFile(from, to)) return false; // else NFS made the link and lost the reply
  }
  try {
    steps.unlink(from);
  } catch (error) {
    // The new name is there, and that counts: a second name is removed by `discard`, or by the next run.
    if (systemErrorCode(error) === undefined) throw error;
  }
  return true;
}

/** Whether the path exists, even as a dangling link; true if that cannot be found out. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** Whether two paths are the same file; false if either does not exist. */
export function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.dev === b?.dev && a.ino === b.ino;
}

/** Syncs a folder. File systems that cannot do that answer EINVAL. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (systemErrorCode(error) !== 'EINVAL') throw error;
  } finally {
    closeSync(descriptor);
  }
}
