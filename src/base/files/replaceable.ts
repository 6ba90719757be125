import { readFileSync } from 'node:fs';
import { kmsxError, systemErrorCode } from '../error.ts';
import type { FileSteps } from './file-steps.ts';
import { moveToFreeName } from './file-steps.ts';

/** What a file that cannot be renamed answers. */
const REFUSALS = new Set(['EACCES', 'EPERM', 'EBUSY', 'EROFS', 'ETXTBSY']);

/**
 * Checks that an existing file can be moved aside, and moves nothing: it must not be a mount of its own, as a file of
 * `docker -v FILE:FILE` is, and renaming it to an existing folder must fail for no other reason than the folder. That
 * finds files that are immutable, append-only, or another user's in a sticky folder.
 *
 * @param target - its real path
 * @param probe - a free name in the same folder
 * @throws KmsxError `file-unwritable`; the system's error if no folder can be made
 */
export async function assertReplaceable(
  target: string,
  label: string,
  probe: string,
  steps: FileSteps,
): Promise<void> {
  if (isMountPoint(target)) {
    throw kmsxError('file-unwritable', `${label} is a mount of its own: it cannot be replaced`, {
      hints: ['give a name in a folder that is mounted as a whole, or mount its folder instead'],
    });
  }
  await steps.makeFolder(probe, 0o700);
  let refusal: string | undefined;
  try {
    steps.rename(target, probe);
    // No file system does that: a file is not renamed over a folder.
    if (!moveToFreeName(probe, target, steps)) throw new TypeError('a file took a folder’s name');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    if (REFUSALS.has(code)) refusal = code;
  }
  const isGone = removeProbe(probe, steps);
  if (refusal === undefined) return; // an empty folder does no harm, and the next run that writes this name removes it
  const left = isGone ? '' : `; the empty folder ${probe} could not be removed`;
  throw kmsxError('file-unwritable', `${label} cannot be moved aside (${refusal})${left}`, {
    hints: ['give another name: this file may not be renamed; lsattr and ls -ld show why'],
  });
}

function removeProbe(probe: string, steps: FileSteps): boolean {
  try {
    steps.removeFolder(probe);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false;
  }
}

/** Whether something is mounted on this very path (Linux: proc(5) `/proc/self/mountinfo`). */
function isMountPoint(path: string): boolean {
  let table: string;
  try {
    table = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return false; // a system without it mounts folders only
  }
  return table.split('\n').some((line) => unescape(line.split(' ')[4] ?? '') === path);
}

/** Blanks, tabs, line breaks and backslashes are octal there. */
function unescape(field: string): string {
  const bytes = Buffer.from(field).toString('latin1');
  const plain = bytes.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return Buffer.from(plain, 'latin1').toString();
}
