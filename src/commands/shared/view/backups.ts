import { SECRET_PREFIX, STORE_PREFIX } from '../../../base/place-prefixes.ts';
import type { ViewRow } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';
import type { BackupOutputs } from '../backup/backup-places.ts';
import { fileRows } from './written.ts';

/** Where backups stand, for a view, and what `--against` or `--in` takes to read them again. */
export function backupsShown({ files, stored, secrets, standing }: BackupOutputs): {
  readonly backupRows: readonly ViewRow[];
  readonly against: readonly string[];
} {
  const kept = secrets.map((name) => fact('backup', `${SECRET_PREFIX}${name}, in KMS`));
  const inStores = stored.map(({ store, name }) =>
    fact('backup', `${STORE_PREFIX}${name}, in ${store.label}`),
  );
  const rows = [...fileRows('backup', files), ...inStores, ...kept];
  return {
    backupRows: rows.length === 0 ? [fact('backup', 'none beside the export')] : rows,
    against: standing.flatMap((backup) => backup.in ?? []),
  };
}
