import { closeSync, constants, fsyncSync, linkSync, lstatSync, openSync } from 'node:fs';
import { renameSync, unlinkSync } from 'node:fs';
import { systemErrorCode } from '../error.ts';

/** The system calls that give files their names; tests replace them, to let one fail or to be killed at one. */
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

/** What `link` says on file systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Gives a file another name, if that is free: by link and unlink, which never replace a file; by rename after a last
 * look where the file system has no links.
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
    if (!isSameFile(from, to)) return false; // else NFS: the link was made, and the answer lost
  }
  steps.unlink(from);
  return true;
}

/** Whether there is anything of this name, a dangling link too. What cannot be looked at may be there. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** Whether two names are those of one file; false if either is not there. */
export function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.dev === b?.dev && a.ino === b.ino;
}

/** File systems that cannot sync a folder say EINVAL. */
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
