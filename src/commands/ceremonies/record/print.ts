import { hasCode, KmsxError } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { readEnvelope } from '../../../documents/read-document.ts';
import { recordOnPaper } from '../../../paper/record/print-record.ts';
import type { PaperBackup } from '../../../paper/record/source.ts';
import { checkFiles } from '../../../record/check-files.ts';
import type { RecordedFile, RecordEvent } from '../../../record/events.ts';
import { headText } from '../../../record/head.ts';
import type { ReadRecord } from '../../../record/read-record.ts';
import { readFileOf, readRecord } from '../../../record/read-record.ts';
import { readSealedRecord } from '../../../record/sealed.ts';
import { version } from '../../../terminal/version.ts';
import { withOutputs } from '../../shared/with-outputs.ts';
import type { RecordAction } from './options.ts';

/** No backup document is longer; what is longer is another file. */
const MOST_BACKUP_BYTES = 64 * 1024;

/**
 * `kmsx record print`: prints a record as HTML, with its head and its backups as QR codes.
 *
 * @throws KmsxError `record-missing`, `record-changed`, and those of the output
 */
export const printRecord: RecordAction = async (named, { out = '-' }, session) => {
  const folder = absolutePath(session.io.cwd, named);
  const record = await readAnyRecord(folder, named);
  await checkFiles(folder, record);
  const { events, head, halfLine } = record;
  const backups = await backupsIn(folder, events);
  const paper = recordOnPaper({
    events,
    head,
    headText: headText(head),
    halfLine,
    backups,
    version,
  });
  await withOutputs(
    { out: { option: '--out', path: out, holds: 'document' } },
    [],
    session,
    async ({ out: output }) => {
      await output.write(Buffer.from(paper));
    },
  );
};

/** Also of a ceremony that has not come to its end: what happened until then may have to be signed. */
async function readAnyRecord(folder: string, named: string): Promise<ReadRecord> {
  try {
    return await readSealedRecord(folder, { named });
  } catch (error) {
    if (!hasCode(error, 'record-not-sealed')) throw error;
    return await readRecord(folder, named);
  }
}

/** The backup documents in the folder, each content once. What lies elsewhere has the same content. */
async function backupsIn(
  folder: string,
  events: readonly RecordEvent[],
): Promise<readonly PaperBackup[]> {
  const files = events.flatMap((event) => ('Files' in event ? (event.Files ?? []) : []));
  const inFolder = files.filter(
    ({ Name, Size }) => !Name.startsWith('/') && Size <= MOST_BACKUP_BYTES,
  );
  const distinct = new Map(inFolder.map((file) => [file.SHA256, file]));
  const backups = await Promise.all([...distinct.values()].map((file) => backupOf(folder, file)));
  return backups.filter((backup) => backup !== undefined);
}

/** @returns undefined for a file that is no backup document */
async function backupOf(folder: string, { Name }: RecordedFile): Promise<PaperBackup | undefined> {
  const bytes = await readFileOf(folder, Name, MOST_BACKUP_BYTES);
  if (bytes === undefined || !isBackup(bytes)) return undefined;
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
