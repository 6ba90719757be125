import { closeSync, constants, fsyncSync, linkSync, lstatSync, openSync } from 'node:fs';
import { renameSync, rmdirSync, unlinkSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open } from 'node:fs/promises';
import { systemErrorCode } from '../error.ts';

/**
 * The system calls that change the disk where a file is written durably. Tests replace them, to make one fail or to be
 * killed before or after one.
 */
export interface FileSteps {
  /** Creates a file that must not exist, for writing. */
  readonly create: (path: string, mode: number) => Promise<FileHandle>;
  /** Writes the bytes from `position` on, to that position; resolves to how many were written. */
  readonly write: (file: FileHandle, bytes: Uint8Array, position: number) => Promise<number>;
  readonly truncate: (file: FileHandle, length: number) => Promise<void>;
  /** Makes the file's bytes durable. */
  readonly flush: (file: FileHandle) => Promise<void>;
  readonly close: (file: FileHandle) => Promise<void>;
  readonly link: (from: string, to: string) => void;
  readonly rename: (from: string, to: string) => void;
  readonly unlink: (path: string) => void;
  /** Makes the folder's entries durable. */
  readonly sync: (folder: string) => void;
  readonly makeFolder: (path: string, mode: number) => Promise<void>;
  readonly removeFolder: (path: string) => void;
}

export const FILE_STEPS: FileSteps = {
  create: (path, mode) =>
    open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      mode,
    ),
  write: async (file, bytes, position) =>
    (await file.write(bytes, position, bytes.length - position, position)).bytesWritten,
  truncate: (file, length) => file.truncate(length),
  flush: (file) => file.sync(),
  close: (file) => file.close(),
  link: linkSync,
  rename: renameSync,
  unlink: unlinkSync,
  sync: syncFolder,
  makeFolder: async (path, mode) => {
    await mkdir(path, { mode });
  },
  removeFolder: (path) => {
    rmdirSync(path);
  },
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
      renameOnto(from, to, steps);
      return true;
    }
    // Whatever the error says: if both names are one file, the link was made. NFS does that when it loses a reply.
    if (code === '' || !isSameFile(from, to)) {
      if (code !== 'EEXIST') throw error;
      return false;
    }
  }
  try {
    steps.unlink(from);
  } catch (error) {
    // The new name is there, and that counts: a second name is removed by `discard`, or by the next run.
    if (systemErrorCode(error) === undefined) throw error;
  }
  return true;
}

/**
 * Renames a file, over another if there is one. An error of a rename that was done is no error.
 *
 * @throws the system's error
 */
export function renameOnto(from: string, to: string, steps: FileSteps): void {
  const before = lstatSync(from, { throwIfNoEntry: false });
  try {
    steps.rename(from, to);
  } catch (error) {
    if (systemErrorCode(error) === undefined || isThere(from)) throw error;
    const after = lstatSync(to, { throwIfNoEntry: false });
    if (before === undefined || after?.dev !== before.dev || after.ino !== before.ino) throw error;
  }
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
