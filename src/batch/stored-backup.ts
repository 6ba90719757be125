import type { BackupDocument } from '../documents/backup-document.ts';
import type { StoredBackup } from '../stores/record.ts';
import type { JournalEvent } from './journal/events.ts';

/** The backup that came with an event, as a store takes it: under the name of its line. */
export function storedBackupOf(
  event: JournalEvent,
  { resultsAreBackups }: { readonly resultsAreBackups: boolean },
): StoredBackup | undefined {
  if (event.Event === 'generated') {
    const { Name, Backup, WrappingKeyFingerprints } = event;
    return stored(Name, Backup, WrappingKeyFingerprints);
  }
  if (event.Event !== 'done' || !resultsAreBackups) return undefined;
  return stored(event.Name, event.Result as unknown as BackupDocument, []);
}

function stored(
  name: string,
  document: BackupDocument,
  wrappingKeyFingerprints: readonly string[],
): StoredBackup {
  return { name, document, text: JSON.stringify(document), wrappingKeyFingerprints };
}
