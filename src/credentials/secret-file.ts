import type { FileHandle } from 'node:fs/promises';
import { realpath, stat } from 'node:fs/promises';
import { kmsxError, systemErrorCode } from '../base/error.ts';
import { shellWord } from '../base/shell-word.ts';
import { isChangeableByOthers } from './changeable.ts';
import { openPatiently, PIPE_SILENCE_MS, readUpTo } from '../base/files/read-up-to.ts';

/** No configuration file comes near this. */
const MAX_FILE_BYTES = 1024 * 1024;

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
      return { text: await readText(file), isWritableByOthers };
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = systemErrorCode(error) ?? 'unknown';
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return undefined;
    throw kmsxError('file-unreadable', `${label} cannot be read (${reason})`, {
      details: { path: label, isFolder: reason === 'EISDIR' },
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

async function readText(file: FileHandle): Promise<string> {
  const bytes = await readUpTo(file, MAX_FILE_BYTES, { silenceMs: PIPE_SILENCE_MS });
  const text = bytes.toString();
  bytes.fill(0);
  if (bytes.length > MAX_FILE_BYTES) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
  return text;
}

function warnOfMode(label: string, mode: number, warn: Warn): void {
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  const word = label.startsWith('~/') ? label : shellWord(label);
  warn(`${label} holds secrets and other users can access it (mode ${octal}): chmod 600 ${word}`);
}
