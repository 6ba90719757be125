import type { FileHandle } from 'node:fs/promises';
import { realpath, stat } from 'node:fs/promises';
import { kmsxError, systemErrorCode } from '../base/error.ts';
import { shellWord } from '../base/shell-word.ts';
import { isChangeableByOthers } from './changeable.ts';
import { openPatiently, readPatiently } from '../base/files/patient-read.ts';

/** Says something to the operator that is no error. */
export type Warn = (message: string) => void;

export interface SecretFile {
  readonly text: string;
  /** Whether others than the user and root could change it (`isChangeableByOthers`). */
  readonly isWritableByOthers: boolean;
}

/**
 * Reads a file that holds secrets, and warns where others than its owner may read or write it. Symbolic links
 * are followed; a pipe (`/dev/fd/3`) is read to its end, and a named one that nobody writes is empty.
 *
 * @param label - how messages call the file
 * @param userId - the effective user; undefined: who owns the file is not looked at
 * @returns undefined if it is not there
 * @throws KmsxError `file-unreadable`
 */
export async function readSecretFile(
  path: string,
  label: string,
  warn: Warn | undefined,
  userId?: number,
): Promise<SecretFile | undefined> {
  try {
    const file = await openPatiently(path);
    try {
      const stats = await file.stat();
      const isJudged = stats.isFile() || stats.isFIFO();
      if (isJudged && warn !== undefined) warnOfMode(label, stats.mode, warn);
      const isWritableByOthers = await isChangeableByOthers(path, userId);
      return { text: await readWhole(file), isWritableByOthers };
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = systemErrorCode(error) ?? 'unknown';
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return undefined;
    throw kmsxError('file-unreadable', `${label} cannot be read (${reason})`, {
      path: label,
      reason,
    });
  }
}

/**
 * Warns of an OIDC token that others can read, as `readSecretFile` does. What a Kubernetes volume holds is left
 * alone: the kubelet sets its modes, and keeps it behind links to folders whose names begin with two dots.
 * A file that can't be looked at is somebody else's error.
 */
export async function warnOfTokenFile(path: string, warn: Warn): Promise<void> {
  try {
    const real = await realpath(path);
    if (/\/\.\.[^/]/.test(real)) return;
    const stats = await stat(real); // a pipe would not be opened before somebody writes it
    if (stats.isFile()) warnOfMode(path, stats.mode, warn);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}

async function readWhole(file: FileHandle): Promise<string> {
  const chunks: Buffer[] = [];
  const buffer = Buffer.alloc(65_536);
  let length = await readPatiently(file, buffer);
  while (length > 0) {
    chunks.push(Buffer.from(buffer.subarray(0, length)));
    length = await readPatiently(file, buffer);
  }
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString();
  for (const secret of [bytes, buffer, ...chunks]) secret.fill(0);
  return text;
}

function warnOfMode(label: string, mode: number, warn: Warn): void {
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  const word = label.startsWith('~/') ? label : shellWord(label);
  warn(`${label} holds secrets, and others can reach it (mode ${octal}): chmod 600 ${word}`);
}
