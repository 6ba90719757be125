import { SECRET_PREFIX, STORE_PREFIX } from '../../../base/place-prefixes.ts';
import type { ViewRow } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';
import type { BackupOutputs } from '../backup/backup-places.ts';
import { fileRows } from './written.ts';

/** Where backups stand, for a view, and what `--against` or `--in` takes to read them again. */
export function backupsShown(
  what: string,
  { files, stored, secrets, standing }: BackupOutputs,
): { readonly backupRows: readonly ViewRow[]; readonly against: readonly string[] } {
  const shown = files.filter(({ isStdout }) => isStdout);
  return {
    backupRows: [
      ...shown.map(() => fact(what, 'above, and nowhere else: copy it now')),
      ...fileRows(what, files),
      ...stored.map(({ store, name }) => fact(what, `${STORE_PREFIX}${name}, in ${store.label}`)),
      ...secrets.map((name) => fact(what, `${SECRET_PREFIX}${name}, in KMS`)),
    ],
    against: standing.flatMap((backup) => backup.in ?? []),
  };
}
