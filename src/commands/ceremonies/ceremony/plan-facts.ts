import { lstat, stat } from 'node:fs/promises';
import { envValue } from '../../../base/env.ts';
import { systemErrorCode } from '../../../base/error.ts';
import { readError } from '../../../base/files/errors/read-error.ts';
import type { PlanFacts } from '../../../ceremony/plan/check/findings.ts';
import type { Session } from '../../../terminal/session.ts';
import { secretNameOf, storeNameOf } from '../../shared/backup/backup-places.ts';
import type { TokenRecipientOptions } from '../../shared/module/token-recipient.ts';
import { readPublicKeyInput } from '../../shared/recipients.ts';

/** What a plan is judged by, from this machine: its files, and its module where one is named. */
export function planFacts(options: TokenRecipientOptions, session: Session): PlanFacts {
  const hasModule =
    (options.module ?? envValue(session.io.env, 'KMSX_PKCS11_MODULE')) !== undefined;
  return {
    exists: async (path) => (await statOf(path, lstat)) !== undefined,
    fileSystemOf: async (folder) => {
      const stats = await statOf(folder, stat);
      return stats?.isDirectory() === true ? String(stats.dev) : undefined;
    },
    publicKey: (path) => readPublicKeyInput(path, session),
    recipientInToken: hasModule
      ? async (uri) => {
          const { tokenRecipient } = await import('../../shared/module/token-recipient.ts');
          return await tokenRecipient(uri, undefined, options, session);
        }
      : undefined,
    assertPlace: (place) => {
      secretNameOf(place);
      storeNameOf(place);
    },
  };
}

async function statOf<T>(path: string, look: (path: string) => Promise<T>): Promise<T | undefined> {
  try {
    return await look(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw readError(path, error);
  }
}
