import { SECRET_PREFIX } from '../../../base/secret-prefix.ts';
import type { ViewRow } from '../../../terminal/output/view.ts';
import { fact } from '../../../terminal/output/view.ts';
import type { BackupOutputs } from '../backup/backup-places.ts';
import { fileRows } from './written.ts';

/** Where backups stand, for a view, and what `--against` or `--in` takes to read them again. */
export function backupsShown({ files, secrets, standing }: BackupOutputs): {
  readonly backupRows: readonly ViewRow[];
  readonly against: readonly string[];
} {
  const kept = secrets.map((name) => fact('backup', `${SECRET_PREFIX}${name}, in KMS`));
  const rows = [...fileRows('backup', files), ...kept];
  return {
    backupRows: rows.length === 0 ? [fact('backup', 'none beside the export')] : rows,
    against: standing.flatMap((backup) => backup.in ?? []),
  };
}
