import { exportFor } from '../../../data-key/find-export.ts';
import type { ExportOpener } from '../../../data-key/verify/opener.ts';
import type { OpenableExport } from '../../../data-key/verify/verify-backups.ts';
import type { BackupAtPlace } from './backup-input.ts';

/** The export for this private key in the document of a backup, if it has one. */
export function exportBeside(
  { envelope }: Pick<BackupAtPlace, 'envelope'>,
  privateKey: ExportOpener,
): OpenableExport | undefined {
  if (envelope?.kind !== 'export') return undefined;
  const wrapped = exportFor(envelope.document, privateKey);
  return wrapped && { wrapped, privateKey };
}
