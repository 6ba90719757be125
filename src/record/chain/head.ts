import { join } from 'node:path';
import { kmsxError } from '../../base/error.ts';
import type { FileContext } from '../../base/files/durable-file.ts';
import { prepareDurableFile } from '../../base/files/durable-file.ts';
import { FILE_STEPS } from '../../base/files/file-steps.ts';
import { makeFolders } from '../../base/files/make-folders.ts';
import { writeError } from '../../base/files/errors/write-error.ts';
import { RECORD_FILES, RECORD_FORMAT } from '../events.ts';
import { readFileOf } from './read-record.ts';

const HEAD_TEXT = new RegExp(`^${RECORD_FORMAT} ([0-9a-f]{64})\\n$`);

const MAX_HEAD_BYTES = 1024;

/** The text of `record.head`, which people sign: `kmsx-record/1 HEAD` and a line end. */
export function headText(head: string): string {
  return `${RECORD_FORMAT} ${head}\n`;
}

/** The head that a text of `record.head` names, or undefined for any other text. */
export function parseHead(text: string): string | undefined {
  return HEAD_TEXT.exec(text)?.[1];
}

/**
 * The text of `record.head` in a folder, or undefined where there is none.
 *
 * @param named - what the folder is called in errors
 * @throws KmsxError `input-too-large`, `file-unreadable`
 */
export async function readHeadFile(folder: string, named = folder): Promise<string | undefined> {
  const bytes = await readFileOf(folder, RECORD_FILES.head, MAX_HEAD_BYTES, named);
  return bytes?.toString('latin1');
}

/**
 * Writes `record.head`, over an older one alone, and makes the folder that signatures of it belong in.
 *
 * @param head - 64 hexadecimal digits
 * @throws KmsxError `output-exists` for a file of that name that is none; `disk-full`, `file-unwritable`
 */
export async function writeHead(folder: string, head: string, context: FileContext): Promise<void> {
  const label = join(folder, RECORD_FILES.head);
  const old = await readHeadFile(folder);
  if (old !== undefined && parseHead(old) === undefined) {
    throw kmsxError('output-exists', `${label} is there already, and not the head of a record`, {
      hints: ['move it away, and run it again'],
    });
  }
  const signatures = join(folder, RECORD_FILES.signatures);
  await makeFolders(signatures, 0o700, context.fileSteps ?? FILE_STEPS).catch((error: unknown) => {
    throw writeError(signatures, error);
  });
  const file = await prepareDurableFile(
    label,
    { mode: 0o600, existing: 'replace', label },
    context,
  );
  await file.commit(Buffer.from(headText(head)));
}
