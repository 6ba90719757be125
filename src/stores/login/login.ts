import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Env } from '../../base/env.ts';
import { envValue } from '../../base/env.ts';
import { kmsxError, systemErrorCode } from '../../base/error.ts';
import { shellWord } from '../../base/text/shell-word.ts';
import { readSecretFile } from '../../credentials/secret-file.ts';

/** Who logs in to a database. */
export interface StoreLogin {
  readonly user: string;
  /** Undefined: none, as for logins by the socket's peer. */
  readonly password: string | undefined;
}

/** The files of logins, and who runs kmsx. */
export interface LoginFiles {
  /** `HOME`. */
  readonly home: string | undefined;
  /** The name of this system's user: what both databases' clients take if nothing else is said. */
  readonly systemUser: () => string;
  /**
   * Reads a file of logins. Where the mode has one of the bits of `refusedMode`, it warns and ignores the file, as the
   * databases' own clients do.
   *
   * @returns undefined if there is no such file, or it is ignored
   * @throws KmsxError `file-unreadable`, `store-login-malformed`
   */
  readonly readPrivate: (
    path: string,
    label: string,
    refusedMode: number,
  ) => Promise<string | undefined>;
}

/**
 * The files of logins of this system.
 *
 * @param warn - is told of a file that is ignored, or that others can read
 */
export function loginFiles(env: Env, warn: (message: string) => void): LoginFiles {
  return {
    home: envValue(env, 'HOME'),
    systemUser,
    readPrivate: async (path, label, refusedMode) => {
      const mode = await modeOf(path, label);
      if (mode === undefined) return undefined;
      if ((mode & refusedMode) !== 0) {
        const octal = (mode & 0o777).toString(8).padStart(4, '0');
        const word = label.startsWith('~/') ? label : shellWord(label);
        warn(
          `${label} is ignored, since other users can access it (mode ${octal}): chmod 600 ${word}`,
        );
        return undefined;
      }
      return (await readSecretFile(path, label, warn))?.text;
    },
  };
}

/** @throws KmsxError `file-unreadable`; `store-login-malformed` for what is no regular file */
async function modeOf(path: string, label: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return stats.mode;
  } catch (error) {
    const reason = systemErrorCode(error) ?? 'unknown';
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return undefined;
    throw kmsxError('file-unreadable', `${label} cannot be read (${reason})`, {
      details: { path: label },
    });
  }
  throw kmsxError('store-login-malformed', `${label} is not a regular file`, {
    hints: ['give a file of mode 0600; libpq takes no other either'],
  });
}

/** @throws KmsxError `store-url-malformed` where the system has no name for the user */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    throw kmsxError(
      'store-url-malformed',
      'the URL of the store names no user, nor does this system',
    );
  }
}
