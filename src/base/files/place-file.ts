import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { KmsxError, systemErrorCode } from '../error.ts';
import type { FileSteps } from './file-steps.ts';
import { isThere, moveToFreeName } from './file-steps.ts';
import { oldName } from './temporary-name.ts';
import { existsError, writeError } from './write-error.ts';

/**
 * Gives a finished file its final name. What has that name is moved aside first, each time to the next of `asides`, and
 * nothing is ever renamed over a file. In the end it is `FILE.old-TIMESTAMP` where that name is free. All of it is synchronous, so that no signal handler comes between; where it
 * fails, what was moved is put back.
 *
 * @param label - what `target` is called in errors
 * @param asides - names that no other file can have; with none of them a file in place is refused
 * @returns where the files are now that were in place
 * @throws KmsxError `output-exists` where asides are used up, or what is in place is not a file; others as `writeError`
 * makes them; the message names what could not be put back
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
    return tried.filter(isThere).map((aside) => shorten(aside, steps));
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
  steps.sync(dirname(target)); // the temporary file's entry is durable before the old file is moved
  try {
    steps.rename(target, aside);
  } catch (error) {
    // On NFS a rename may be done and reported as failed.
    if (systemErrorCode(error) !== 'ENOENT' && !isThere(aside)) throw error;
  }
}

/** Gives an old file its lasting name, `FILE.old-TIMESTAMP`, and returns the name that it has then. */
function shorten(aside: string, steps: FileSteps): string {
  const name = oldName(aside);
  try {
    steps.link(aside, name);
    steps.unlink(aside);
    return name;
  } catch {
    return aside; // taken, or a file system without links: the longer name is as good
  }
}

/** Returns whether the file has its old name again; if somebody took that meanwhile, it stays where it is. */
function putBack(aside: string, target: string, steps: FileSteps): boolean {
  try {
    return moveToFreeName(aside, target, steps);
  } catch {
    return false; // the error to show is the one that made this necessary
  }
}
