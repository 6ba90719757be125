import { join } from 'node:path';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { digitGroups } from '../../../base/text/digit-groups.ts';
import { kmsxError } from '../../../base/error.ts';
import { fileWord } from '../../../base/text/shell-word.ts';
import { RECORD_FILES, RECORD_FORMAT } from '../../../record/events.ts';
import { headText } from '../../../record/chain/head.ts';
import { readSealedRecord } from '../../../record/verify/sealed.ts';
import { textWritten } from '../../../terminal/output/stdout.ts';
import type { ViewRow } from '../../../terminal/output/view.ts';
import { nextBlock, printView, showsViews } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import type { RecordOptions } from './options.ts';

/**
 * `kmsx record head`: prints the text that people sign, and tells how.
 *
 * @throws KmsxError `record-missing`, `record-changed`, `record-not-sealed`
 */
export async function printHead(
  folder: string,
  _options: RecordOptions,
  session: Session,
): Promise<void> {
  const { io, reporter } = session;
  const { head } = await readSealedRecord(absolutePath(io.cwd, folder), { named: folder });
  const commands = signCommands(folder);
  if (showsViews(session)) {
    await printView(
      () => ({
        verdict: 'The head of the record: compare it with the paper, and sign it',
        tone: 'good',
        blocks: [{ rows: [headRow(head)] }, ...nextBlock(commands)],
      }),
      session,
    );
    return;
  }
  await reporter.note(`to sign it: ${commands.join(' && ')}`);
  await textWritten(io.stdout.write(Buffer.from(headText(head))));
}

/**
 * A head as people write it: in groups or not, or the whole text of `record.head`.
 *
 * @throws KmsxError `bad-usage`
 */
export function readHead(option: string, text: string): string {
  const digits = text
    .replace(new RegExp(`^\\s*${RECORD_FORMAT}\\s`), '')
    .replaceAll(/\s/g, '')
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  throw kmsxError('bad-usage', `${option} takes 64 hexadecimal digits, in groups or not`);
}

/** A head, as it is read aloud. */
export function headRow(head: string): ViewRow {
  return { label: 'head', lines: digitGroups(head, 4) };
}

/** The commands by which a person signs a head; the signature of each has a name of its own. */
export function signCommands(folder: string): readonly string[] {
  const head = fileWord(join(folder, RECORD_FILES.head));
  const signature = fileWord(join(folder, RECORD_FILES.signatures, 'NAME.sig'));
  return [
    `ssh-keygen -Y sign -n kmsx-record -f KEY ${head}`,
    `mv -n ${fileWord(join(folder, `${RECORD_FILES.head}.sig`))} ${signature}`,
  ];
}
