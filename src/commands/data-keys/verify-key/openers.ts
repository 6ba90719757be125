import { findExport } from '../../../data-key/find-export.ts';
import type { BackupOpener } from '../../../data-key/verify/opener.ts';
import { backupOpenerInMemory, openerInMemory } from '../../../data-key/verify/opener.ts';
import type { OpenableExport } from '../../../data-key/verify/verify-backups.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ModuleOptions } from '../../shared/module/module-options.ts';
import type { PinOptions } from '../../shared/module/pin.ts';
import type { PassphraseOptions } from '../../shared/passphrase.ts';
import type { ExportInput } from '../../shared/read-export.ts';
import { openExport } from '../../shared/read-export.ts';

/** What is compared, and by what it is opened. */
export interface Openers {
  readonly exported: OpenableExport | undefined;
  readonly opener: BackupOpener;
  /** Where the private key is in a token: whether the backups are compared there too. */
  readonly backupsOpenedIn: 'token' | 'memory' | undefined;
}

/**
 * Opens the private key, if there is one, and makes a one-time key for the backups: in memory, or in the token that has the
 * private key, where no data key is then in the clear.
 *
 * @param timeoutMs - for one call to a module
 * @throws KmsxError those of `openExport`, of modules and tokens, and of `findExport`
 */
export async function withOpeners<T>(
  input: ExportInput | undefined,
  options: PassphraseOptions & ModuleOptions & PinOptions,
  timeoutMs: number,
  session: Session,
  use: (openers: Openers) => Promise<T>,
): Promise<T> {
  const inMemory = { opener: backupOpenerInMemory(), backupsOpenedIn: undefined };
  if (input === undefined) return use({ exported: undefined, ...inMemory });
  const { privkey, envelope, algorithm, label } = input;
  if ('bytes' in privkey) {
    const { wrapped, privateKey } = await openExport({ ...input, privkey }, options, session);
    try {
      return await use({
        exported: { wrapped, privateKey: openerInMemory(privateKey) },
        ...inMemory,
      });
    } finally {
      await privateKey.close();
    }
  }
  const { withTokenKey } = await import('../../shared/module/token-keys.ts');
  const { backupOpenerInToken, openerInToken } = await import('../../../data-key/token/openers.ts');
  return withTokenKey(options, timeoutMs, privkey, session, async (key) => {
    const privateKey = openerInToken(key);
    const exported = { wrapped: findExport(envelope, algorithm, privateKey, label), privateKey };
    const opener = await backupOpenerInToken(key.at);
    return use({
      exported,
      opener: opener ?? inMemory.opener,
      backupsOpenedIn: opener === undefined ? 'memory' : 'token',
    });
  });
}
