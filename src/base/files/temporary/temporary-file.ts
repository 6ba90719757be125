import type { Stats } from 'node:fs';
import { lstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileSteps } from '../file-steps.ts';
import { isSameFile, isThere } from '../file-steps.ts';

/** A file beside the one that it will become. */
export interface TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/** @throws the system's error */
export async function createTemporary(
  path: string,
  mode: number,
  steps: FileSteps,
): Promise<TemporaryFile> {
  return { path, handle: await steps.create(path, mode) };
}

/**
 * Takes room on the disk: writes that many zeros, and leaves them there.
 *
 * @throws the system's error
 */
export async function reserve(handle: FileHandle, bytes: number, steps: FileSteps): Promise<void> {
  await writeAll(handle, Buffer.alloc(bytes), steps);
  await steps.flush(handle);
}

/**
 * Writes all bytes from the beginning, cuts the file to their length, syncs and closes it.
 *
 * @throws the system's error
 */
export async function writeWhole(
  handle: FileHandle,
  bytes: Uint8Array,
  steps: FileSteps,
): Promise<Stats> {
  await writeAll(handle, bytes, steps);
  await steps.truncate(handle, bytes.length);
  await steps.flush(handle);
  const stats = await handle.stat();
  await steps.close(handle);
  return stats;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, steps: FileSteps): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await steps.write(handle, bytes, written);
}

/**
 * Removes a temporary file, if it is still there. Synchronous, so that it works while the process is interrupted.
 *
 * @returns whether it is gone
 */
export function removeTemporary(path: string, steps: FileSteps): boolean {
  try {
    if (isThere(path)) steps.unlink(path);
  } catch {
    // The system may say that it failed although it is done; the error to report is an earlier one.
  }
  return !isThere(path);
}

/**
 * Whether the file system takes another path for the name of the file that a temporary one will become: `A.json` for
 * `a.json` where it does not distinguish letter case, or another Unicode form. The temporary file shows it, since it
 * has the name in its own.
 */
export function takesForSame(temporary: string, target: string, other: string): boolean {
  const suffix = basename(temporary).slice(`.${basename(target)}`.length);
  try {
    return isSameFile(temporary, join(dirname(other), `.${basename(other)}${suffix}`));
  } catch {
    return false; // what is wrong with the other path is found when it is prepared
  }
}

/** `device:inode`. */
export function idOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** The id of what has this name, or undefined if nothing has. */
export function idAt(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats && idOf(stats);
}
