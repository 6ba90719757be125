import type { FileHandle } from 'node:fs/promises';
import { realpath, stat } from 'node:fs/promises';
import { kmsxError, systemErrorCode } from '../base/error.ts';
import { shellWord } from '../base/shell-word.ts';
import { isChangeableByOthers } from './changeable.ts';
import { openPatiently, readPatiently } from '../base/files/patient-read.ts';

/** Shows a warning to the operator. */
export type Warn = (message: string) => void;

export interface SecretFile {
  readonly text: string;
  /** Whether a user other than this one and root could change it (`isChangeableByOthers`). */
  readonly isWritableByOthers: boolean;
}

/**
 * Reads a file that contains secrets, and warns if users other than its owner can read or write it. Symbolic links
 * are followed. A pipe (`/dev/fd/3`) is read to its end; a named pipe without a writer is empty.
 *
 * @param label - the file's name in messages
 * @param userId - the effective user; undefined: ownership is not checked
 * @returns undefined if the file does not exist
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
 * Warns of an OIDC token file that other users can access, as `readSecretFile` does. Files in a Kubernetes volume
 * are exempt: the kubelet sets their modes, and keeps them behind links to folders whose names begin with two
 * dots. A file that cannot be examined is ignored; reading it reports the error.
 */
export async function warnOfTokenFile(path: string, warn: Warn): Promise<void> {
  try {
    const real = await realpath(path);
    if (/\/\.\.[^/]/.test(real)) return;
    const stats = await stat(real); // opening a pipe would block until there is a writer
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
  warn(`${label} holds secrets and other users can access it (mode ${octal}): chmod 600 ${word}`);
}
