import { kmsxError } from '../base/error.ts';
import type { FileContext } from '../base/files/durable-file.ts';
import { isJsonObject } from '../base/json.ts';
import type { AddedEvent } from './events.ts';
import { writeHead } from './chain/head.ts';
import { hasInCommon, keyFactsOf, recordedKey, whatDiffers } from './verify/key-facts.ts';
import { isOfRehearsal } from './verify/practice.ts';
import type { SealedRecord } from './verify/sealed.ts';
import { linesFrom, readSealedRecord } from './verify/sealed.ts';
import { openRecord } from './chain/writer.ts';

/** What a record is after events were added to it. */
export interface GrownRecord {
  /** 64 hexadecimal digits. */
  readonly head: string;
  /** How many lines it has. */
  readonly lines: number;
  /** A line that a crash had cut short, as text; a note keeps it. */
  readonly halfLine: string | undefined;
}

/**
 * Adds events to a sealed record, and writes its new head. A document that comes with one must be about the data key of
 * the record: it shares the DataKeyId, the CiphertextBlob or a check value of 128 bits, and contradicts none.
 *
 * @param folder - of the record
 * @param named - what the folder is called in errors
 * @param acceptedHead - the hash of the last line, where `record.head` does not cover it: given by who has looked at it
 * @throws KmsxError `record-missing`, `record-changed`, `record-not-sealed`, `record-head-differs`, `record-locked`; `record-other-key`,
 * `rehearsal-mixed` for a document that does not belong; `disk-full`, `file-unwritable`
 */
export async function addToRecord(
  folder: string,
  named: string,
  events: readonly AddedEvent[],
  context: FileContext,
  acceptedHead?: string,
): Promise<GrownRecord> {
  const record = await readSealedRecord(folder, { named, toAdd: { acceptedHead } });
  for (const event of events) assertBelongs(record, event);
  const { writer, halfLine } = await openRecord(folder, context);
  try {
    if (halfLine !== undefined) {
      await writer.append({ Type: 'note', By: [], Text: `a crash cut a line short: ${halfLine}` });
    }
    if (record.uncovered > 0) await writer.append(acceptance(record, events[0]?.By ?? []));
    for (const event of events) await writer.append(event);
    await writeHead(folder, writer.head, context);
    return { head: writer.head, lines: writer.events.length, halfLine };
  } finally {
    await writer.close();
  }
}

/** That lines which may be anybody's were accepted stays in the record. */
function acceptance({ lines, uncovered }: SealedRecord, by: readonly string[]): AddedEvent {
  const which = linesFrom(lines.length - uncovered + 1, lines.length);
  return { Type: 'note', By: by, Text: `record.head did not cover ${which}: accepted by its head` };
}

function assertBelongs(record: SealedRecord, { Document, Type }: AddedEvent): void {
  if (!isJsonObject(Document)) return;
  if (isOfRehearsal(Document) && !record.begin.Practice) {
    throw kmsxError('rehearsal-mixed', `this ${Type} is of a rehearsal, and the ceremony was not`);
  }
  const known = recordedKey(record);
  const told = keyFactsOf(Document);
  const differs = whatDiffers(known, told);
  if (differs !== undefined) {
    throw kmsxError('record-other-key', `this ${Type} has another ${differs} than the record`);
  }
  if (!hasInCommon(known, told)) {
    throw kmsxError(
      'record-other-key',
      `nothing in this ${Type} shows that it is about the data key of the record`,
    );
  }
}
