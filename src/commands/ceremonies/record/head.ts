import { join } from 'node:path';
import { digitGroups } from '../../../base/digit-groups.ts';
import { hasCode, kmsxError } from '../../../base/error.ts';
import { fileWord } from '../../../base/shell-word.ts';
import { RECORD_FILES, RECORD_FORMAT } from '../../../record/events.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import { textWritten } from '../../../terminal/output/stdout.ts';
import { nextBlock, printView, showsViews } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import type { RecordOptions } from './options.ts';

/**
 * `kmsx record head`: prints the text that people sign, and tells the command to sign it with.
 *
 * @throws KmsxError `record-missing`
 */
export async function printHead(
  folder: string,
  _options: RecordOptions,
  session: Session,
): Promise<void> {
  const { io, reporter } = session;
  const path = join(folder, RECORD_FILES.head);
  const text = await readHead(path, folder, session);
  const sign = `ssh-keygen -Y sign -n kmsx-record -f KEY ${fileWord(path)}`;
  if (showsViews(session)) {
    await printView(
      () => ({
        verdict: 'The head of the record is what people sign',
        blocks: [
          { rows: [{ label: 'head', lines: digitGroups(text.slice(-65).trim(), 4) }] },
          ...nextBlock([sign]),
        ],
      }),
      session,
    );
    return;
  }
  await reporter.note(`to sign it: ${sign}`);
  await textWritten(io.stdout.write(Buffer.from(text)));
}

async function readHead(path: string, folder: string, session: Session): Promise<string> {
  try {
    const { bytes } = await readInput(path, 'the head of a record', session.io, session.reporter);
    const text = bytes.toString();
    if (new RegExp(`^${RECORD_FORMAT} [0-9a-f]{64}\n$`).test(text)) return text;
    throw kmsxError('record-missing', `${path} is not the head of a record`);
  } catch (error) {
    if (!hasCode(error, 'file-missing')) throw error;
    throw kmsxError('record-missing', `${folder} holds no sealed record`, { cause: error });
  }
}
