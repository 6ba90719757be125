import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { KmsxError, systemErrorCode } from '../error.ts';
import type { FileSteps } from './file-steps.ts';
import { isSameFile, isThere, moveToFreeName } from './file-steps.ts';
import { oldName } from './temporary/temporary-name.ts';
import { existsError, writeError } from './errors/write-error.ts';

/**
 * Gives a finished file its final name. A file that has that name is moved aside first, to the next of `asides`, and ends
 * as `FILE.old-TIMESTAMP` if that is free; nothing is ever renamed over a file. All of it is synchronous, so that no
 * signal handler runs in between. If it fails, the old file is moved back.
 *
 * @param label - the name of `target` in errors
 * @param asides - names that no other file can have; none: an existing file is refused
 * @returns the new paths of files that were moved aside
 * @throws KmsxError `output-exists` if all asides are used, or if what exists is not a regular file; else the system's
 * error. The message names old files that could not be moved back
 */
export function placeFile(
  temporary: string,
  target: string,
  label: string,
  asides: readonly string[],
  steps: FileSteps,
): string[] {
  const tried: string[] = [];
  try {
    while (!moveToFreeName(temporary, target, steps)) {
      const aside = asides[tried.length];
      if (aside === undefined) throw existsError(label);
      tried.push(aside);
      moveAside(target, aside, label, steps);
    }
    return tried.filter(isThere).flatMap((aside) => shorten(aside, steps));
  } catch (error) {
    const elsewhere = tried
      .reverse()
      .filter((aside) => isThere(aside) && !putBack(aside, target, steps));
    if (elsewhere.length === 0) throw error;
    const told = writeError(label, error);
    if (!(told instanceof KmsxError)) throw told;
    throw told.with({
      message: `${told.message}; what was there is now ${elsewhere.join(' and ')}`,
    });
  }
}

function moveAside(target: string, aside: string, label: string, steps: FileSteps): void {
  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isFile()) throw existsError(label);
  steps.sync(dirname(target)); // makes the temporary file's name durable before the old file is moved
  try {
    steps.rename(target, aside);
  } catch (error) {
    // NFS can report a rename as failed although it was done.
    if (systemErrorCode(error) !== 'ENOENT' && !isThere(aside)) throw error;
  }
}

/** Renames an old file to `FILE.old-TIMESTAMP` if that is free; returns the names that it has in the end. */
function shorten(aside: string, steps: FileSteps): string[] {
  const name = oldName(aside);
  try {
    steps.link(aside, name);
  } catch {
    if (!isSameFile(aside, name)) return [aside]; // taken, or no hard links here: the longer name will do
  }
  try {
    steps.unlink(aside);
  } catch {
    // The error is of no matter: it may have both names.
  }
  return [name, aside].filter(isThere);
}

/** Returns false if the old name is taken by now: the file stays where it is. */
function putBack(aside: string, target: string, steps: FileSteps): boolean {
  try {
    return moveToFreeName(aside, target, steps);
  } catch {
    return false; // the error to report is the one that led here
  }
}
