import { kmsxError, KmsxError } from '../base/error.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../base/place-prefixes.ts';
import { readEnvelope } from '../documents/read-document.ts';
import { hashOf } from './chain/chain.ts';
import type { RecordedFile, RecordEvent } from './events.ts';
import { readFileOf } from './chain/read-record.ts';

/** A backup document in the folder of a record. */
export interface BackupFile {
  /** Relative to the folder. */
  readonly name: string;
  /** Its text, to the byte. */
  readonly text: string;
}

/** No backup document is longer; what is longer is another file. */
const MOST_BACKUP_BYTES = 64 * 1024;

/**
 * The backup documents in the folder of a record, each content once. What lies elsewhere has the same content.
 *
 * @throws KmsxError `record-changed` where the bytes that were read have another SHA-256 than the record names;
 * `input-too-large`, `file-unreadable`
 */
export async function backupsInFolder(
  folder: string,
  events: readonly RecordEvent[],
): Promise<readonly BackupFile[]> {
  const files = events.flatMap((event) => ('Files' in event ? (event.Files ?? []) : []));
  const inFolder = files.filter(
    ({ Name, Size }) =>
      Size <= MOST_BACKUP_BYTES &&
      !['/', SECRET_PREFIX, STORE_PREFIX].some((start) => Name.startsWith(start)),
  );
  const distinct = new Map(inFolder.map((file) => [file.SHA256, file]));
  const backups = await Promise.all([...distinct.values()].map((file) => backupOf(folder, file)));
  return backups.filter((backup) => backup !== undefined);
}

/** @returns undefined for a file that is no backup document */
async function backupOf(
  folder: string,
  { Name, SHA256 }: RecordedFile,
): Promise<BackupFile | undefined> {
  const bytes = await readFileOf(folder, Name, MOST_BACKUP_BYTES);
  if (bytes === undefined || hashOf(bytes) !== SHA256) {
    throw kmsxError('record-changed', `${Name} was changed, or is missing`, {
      details: { file: Name },
    });
  }
  if (!isBackup(bytes)) return undefined;
  return { name: Name, text: bytes.toString('utf8') };
}

function isBackup(bytes: Buffer): boolean {
  try {
    return readEnvelope(bytes, 'it').kind === 'backup';
  } catch (error) {
    if (error instanceof KmsxError) return false;
    throw error;
  }
}
