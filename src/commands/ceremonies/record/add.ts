import { absolutePath } from '../../../base/files/absolute-path.ts';
import { kmsxError } from '../../../base/error.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { AddedEvent } from '../../../record/events.ts';
import { ADDED_TYPES } from '../../../record/events.ts';
import { addToRecord } from '../../../record/add.ts';
import { readAddedDocuments } from '../../../record/added-documents.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import { nextBlock } from '../../../terminal/output/view.ts';
import type { Session } from '../../../terminal/session.ts';
import { commandLine } from '../../shared/view/command-line.ts';
import { counted } from '../../shared/view/rows.ts';
import { headRow, readHead, signCommands } from './head.ts';
import type { RecordOptions } from './options.ts';

/** Whether a type of event is shown by a document; else it is told. */
const HAS_DOCUMENT: Readonly<Record<AddedEvent['Type'], boolean>> = {
  import: true,
  proof: true,
  destruction: false,
  note: false,
};

/**
 * `kmsx record add`: adds to a sealed record what happened later.
 *
 * @throws KmsxError `bad-usage`; those of `readAddedDocuments` and `addToRecord`
 */
export async function add(folder: string, options: RecordOptions, session: Session): Promise<void> {
  const { io, reporter } = session;
  const type = assertUsage(options);
  const common = {
    Type: type,
    By: options.by,
    ...(options.text !== undefined && { Text: options.text }),
  };
  const documents = HAS_DOCUMENT[type] ? await readDocuments(type, options.in ?? '-', session) : [];
  const events: readonly AddedEvent[] =
    documents.length === 0 ? [common] : documents.map((Document) => ({ ...common, Document }));
  const { head, lines, halfLine } = await addToRecord(
    absolutePath(io.cwd, folder),
    folder,
    events,
    io,
    options.acceptHead === undefined ? undefined : readHead('--accept-head', options.acceptHead),
  );
  if (halfLine !== undefined) {
    await reporter.warn('the last line of the record was cut short by a crash: a note keeps it');
  }
  await printResult({ Added: events.length, Events: lines, Head: head }, session, () => ({
    verdict: `The record has ${counted(events.length, 'new event')}, and a new head`,
    tone: 'good',
    blocks: [
      { rows: [headRow(head)] },
      ...nextBlock([...signCommands(folder), commandLine(['record', 'verify', folder])]),
    ],
  }));
}

function assertUsage({ type, in: path, by, text }: RecordOptions): AddedEvent['Type'] {
  if (type === undefined) {
    throw kmsxError('bad-usage', 'record add needs --type', {
      hints: [`--type ${ADDED_TYPES.join('|')}`],
    });
  }
  if (path !== undefined && !HAS_DOCUMENT[type]) {
    throw kmsxError(
      'bad-usage',
      `--in is not for --type ${type}: nothing that kmsx prints shows it`,
      {
        hints: ['say it with --text'],
      },
    );
  }
  if (text === undefined && !HAS_DOCUMENT[type]) {
    throw kmsxError('bad-usage', `--type ${type} needs --text: what was done, and what was seen`);
  }
  if (by.length === 0 && type === 'destruction') {
    throw kmsxError('bad-usage', '--type destruction needs --by: who did it, and who saw it');
  }
  if ([text, ...by].includes(''))
    throw kmsxError('bad-usage', '--text and --by take no empty text');
  return type;
}

async function readDocuments(
  type: AddedEvent['Type'],
  path: string,
  { io, reporter }: Session,
): Promise<readonly JsonObject[]> {
  const what = type === 'import' ? 'what import-key printed' : 'a proof, or lines of proofs';
  const { bytes, label } = await readInput(path, what, io, reporter);
  return readAddedDocuments(type === 'import' ? 'import' : 'proof', bytes, label);
}
