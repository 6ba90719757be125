import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { systemErrorCode } from '../error.ts';
import { existsError } from './write-error.ts';

/** What `link` says on file systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Makes the bytes all that the file has, on stable storage. */
export async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, written);
    written += bytesWritten;
  }
  await handle.truncate(bytes.length);
  await handle.sync();
}

/**
 * Gives a file another name that must be free: by link and unlink, which never replace a file; by rename after a last
 * look where the file system has no links.
 *
 * @param label - what `to` is called in errors
 * @throws KmsxError `output-exists`; and the system's errors, of which `EEXIST` says that the name is taken
 */
export function moveToFreeName(from: string, to: string, label: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!NO_LINKS.has(systemErrorCode(error) ?? '')) throw error;
    if (isThere(to)) throw existsError(label);
    renameSync(from, to);
    return;
  }
  unlinkSync(from);
}

/** Makes the folder's entries durable. File systems that cannot sync a folder say EINVAL. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (systemErrorCode(error) !== 'EINVAL') throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Whether there is anything of this name, a dangling link too. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Removes a file that may be gone already. */
export function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
