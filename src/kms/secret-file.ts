import { open, realpath } from 'node:fs/promises';
import { kmsxError, systemErrorCode } from '../base/error.ts';
import { shellWord } from '../base/shell-word.ts';

/** Says something to the operator that is no error. */
export type Warn = (message: string) => void;

export interface SecretFile {
  readonly text: string;
  /** Whether others than its owner may write it. */
  readonly isWritableByOthers: boolean;
}

/**
 * Reads a file that holds secrets, and warns where others than its owner may read or write it. Symbolic links
 * are followed; what is no regular file (a pipe, `/dev/fd/3`) is not judged.
 *
 * @param label - how messages call the file
 * @returns undefined if it is not there
 * @throws KmsxError `file-unreadable`
 */
export async function readSecretFile(
  path: string,
  label: string,
  warn: Warn | undefined,
): Promise<SecretFile | undefined> {
  try {
    const file = await open(path);
    try {
      const stats = await file.stat();
      if (stats.isFile() && warn !== undefined) warnOfMode(label, stats.mode, warn);
      const isWritableByOthers = stats.isFile() && (stats.mode & 0o022) !== 0;
      return { text: await file.readFile('utf8'), isWritableByOthers };
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
    const file = await open(real);
    try {
      const stats = await file.stat();
      if (stats.isFile()) warnOfMode(path, stats.mode, warn);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}

function warnOfMode(label: string, mode: number, warn: Warn): void {
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  const word = label.startsWith('~/') ? label : shellWord(label);
  warn(`${label} holds secrets, and others can reach it (mode ${octal}): chmod 600 ${word}`);
}
