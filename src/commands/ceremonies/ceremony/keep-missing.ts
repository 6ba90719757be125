import { existsSync } from 'node:fs';
import { hasCode, kmsxError } from '../../../base/error.ts';
import { readEnvelope } from '../../../documents/read-document.ts';
import { assertSecretFree } from '../../../data-key/secret-backup.ts';
import type { KmsClient } from '../../../kms/types.ts';
import type { Store } from '../../../stores/store.ts';
import type { Session } from '../../../terminal/session.ts';
import {
  keepBackups,
  planBackupStore,
  readBackupPlaces,
} from '../../shared/backup/backup-places.ts';
import { withConnection } from '../../shared/connection/connect.ts';
import { planConnection } from '../../shared/connection/connection-options.ts';
import { withOutputs } from '../../shared/with-outputs.ts';
import type { CeremonyOptions } from './options.ts';

/**
 * Puts a backup document into every place that does not have one: an interrupted run had not come so far. What a place has
 * is verified by a later step.
 *
 * @throws KmsxError those of writing, of stores and of KMS
 */
export async function keepMissing(
  document: Buffer,
  places: readonly string[],
  options: CeremonyOptions,
  session: Session,
): Promise<void> {
  const envelope = readEnvelope(document, 'the backup');
  if (envelope.kind !== 'backup') {
    throw kmsxError('document-malformed', 'the backup in the folder is not a backup document', {
      details: { label: 'the backup' },
    });
  }
  const missing = readBackupPlaces(places.filter((place) => !existsSync(place)));
  const region = { documentRegion: envelope.document.Region };
  const plan = await planConnection(options, region, session);
  const planned = await planBackupStore(missing, options, session);
  const kept = { document: envelope.document, line: document, wrappingKeyFingerprints: [] };
  await withOutputs({ files: missing.files }, [], session, async ({ files }) => {
    const keep = async (kms: KmsClient, store: Store | undefined): Promise<void> => {
      const taken = new Set(await store?.taken(missing.stores));
      const stored = missing.stores.flatMap((name) =>
        store === undefined || taken.has(name) ? [] : [{ store, name }],
      );
      const secrets = await freeSecrets(missing.secrets, kms);
      await keepBackups(kept, { files, stored, secrets, standing: [] }, kms, session);
    };
    await withConnection(plan, session, keep, planned);
  });
}

async function freeSecrets(names: readonly string[], kms: KmsClient): Promise<string[]> {
  const free: string[] = [];
  for (const name of names) {
    try {
      await assertSecretFree(name, kms);
      free.push(name);
    } catch (error) {
      if (!hasCode(error, 'secret-exists')) throw error;
    }
  }
  return free;
}
