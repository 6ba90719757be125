import type { FileHandle } from 'node:fs/promises';
import { realpath, stat } from 'node:fs/promises';
import { KmsxError, kmsxError, systemErrorCode } from '../base/error.ts';
import { shellWord } from '../base/text/shell-word.ts';
import { textFlaw, withoutByteOrderMark } from '../base/text/text.ts';
import { isChangeableByOthers } from '../base/files/changeable.ts';
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
 * @returns the text without a byte order mark; undefined if the file does not exist
 * @throws KmsxError `file-unreadable`; `credentials-file-malformed` for UTF-16 and for NUL bytes
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
      return { text: await readText(file, label), isWritableByOthers };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof KmsxError) throw error;
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

async function readText(file: FileHandle, label: string): Promise<string> {
  const bytes = await readUpTo(file, MAX_FILE_BYTES, { silenceMs: PIPE_SILENCE_MS });
  try {
    if (bytes.length > MAX_FILE_BYTES) {
      throw Object.assign(new Error('too large'), { code: 'EFBIG' });
    }
    assertText(bytes, label);
    return withoutByteOrderMark(bytes).toString('utf8');
  } finally {
    bytes.fill(0);
  }
}

function assertText(bytes: Buffer, label: string): void {
  const flaw = textFlaw(bytes);
  if (flaw === undefined) return;
  const word = fileWord(label);
  const hints = flaw.encoding && [
    `(umask 077; iconv -f ${flaw.encoding} -t UTF-8 ${word} > ${word}.utf8 && mv ${word}.utf8 ${word})`,
  ];
  throw kmsxError('credentials-file-malformed', `${label} ${flaw.words}`, { hints });
}

/** A file's name as a shell word; a tilde at its start stays one. */
function fileWord(label: string): string {
  return label.startsWith('~/') ? label : shellWord(label);
}

function warnOfMode(label: string, mode: number, warn: Warn): void {
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  warn(
    `${label} holds secrets and other users can access it (mode ${octal}): chmod 600 ${fileWord(label)}`,
  );
}
