import { hasCode } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { recordOnPaper } from '../../../paper/record/print-record.ts';
import { backupsInFolder } from '../../../record/backup-files.ts';
import { checkFiles } from '../../../record/verify/check-files.ts';
import { headText } from '../../../record/chain/head.ts';
import type { ReadRecord } from '../../../record/chain/read-record.ts';
import { readRecord } from '../../../record/chain/read-record.ts';
import { readSealedRecord } from '../../../record/verify/sealed.ts';
import { version } from '../../../terminal/version.ts';
import { writePage } from '../write-page.ts';
import type { RecordAction } from './options.ts';

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
  const backups = await backupsInFolder(folder, events);
  const html = recordOnPaper({
    events,
    head,
    headText: headText(head),
    halfLine,
    backups,
    version,
  });
  await writePage({ what: 'record', html, out }, [], session);
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
