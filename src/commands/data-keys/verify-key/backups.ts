import type { Session } from '../../../terminal/session.ts';
import { oneTimeAlgorithm } from '../../../data-key/one-time-export.ts';
import type { OpenedBackup } from '../../shared/backup/backup-input.ts';
import { openBackupAt } from '../../shared/backup/backup-input.ts';
import type { ConnectionOptions } from '../../shared/connection/connection-options.ts';
import type { StoreOptions } from '../../shared/store/store-options.ts';
import type { ContextOptions } from '../../shared/context-options.ts';
import { readContext } from '../../shared/context-options.ts';

/** The options that name the backups of `verify-key`. */
export interface AgainstOptions extends ConnectionOptions, ContextOptions, StoreOptions {
  readonly against: readonly string[];
}

/**
 * Reads every backup that `--against` names, and plans a connection for each: they may be of several regions.
 *
 * @throws KmsxError those of `openBackupAt`, and `data-key-too-long` for a data key that no one-time key carries
 */
export async function readAgainst(
  options: AgainstOptions,
  session: Session,
): Promise<OpenedBackup[]> {
  const { context } = await readContext(options, session, 'repeated');
  const backups: OpenedBackup[] = [];
  for (const place of options.against) {
    const backup = await openBackupAt(place, context, options, session);
    if (backup.known !== undefined) oneTimeAlgorithm(backup.known.NumberOfBytes);
    backups.push(backup);
  }
  return backups;
}
