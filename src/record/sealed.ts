import { join } from 'node:path';
import { kmsxError } from '../base/error.ts';
import { lineChanged } from './chain.ts';
import type { BeginEvent, SealEvent } from './events.ts';
import { RECORD_FILES } from './events.ts';
import { parseHead, readHeadFile } from './head.ts';
import { findMisplaced } from './order.ts';
import type { ReadRecord } from './read-record.ts';
import { readRecord } from './read-record.ts';
import { findOtherWrappingKey } from './wrapping-keys.ts';

/** A record whose ceremony has come to its end, with its events in order. */
export interface SealedRecord extends ReadRecord {
  readonly begin: BeginEvent;
  readonly seal: SealEvent;
  /** The index of the event that seals it. */
  readonly sealIndex: number;
}

export interface SealedRules {
  /** What the folder is called in errors; by default its path. */
  readonly named?: string;
  /**
   * Whether the record may have ended while something was added to it: half a line at its end, and a `record.head` that is
   * that of an earlier line from the seal on.
   */
  readonly mayBeBehind?: boolean;
}

/**
 * Reads a sealed record, and compares its head with `record.head`. The files that it names are not looked at.
 *
 * @param folder - of the record
 * @throws KmsxError `record-missing`, `record-changed`, `record-not-sealed`; `file-unreadable`
 */
export async function readSealedRecord(
  folder: string,
  { named = folder, mayBeBehind = false }: SealedRules = {},
): Promise<SealedRecord> {
  const record = await readRecord(folder, named);
  const { events, halfLine, label, lines } = record;
  const misplaced = findMisplaced(events) ?? findOtherWrappingKey(events);
  if (misplaced !== undefined) throw lineChanged(label, misplaced.index + 1, misplaced.problem);
  const sealIndex = events.findIndex(({ Type }) => Type === 'seal');
  const [begin, seal] = [events[0], events[sealIndex]];
  if (halfLine !== undefined && seal !== undefined && !mayBeBehind) {
    throw lineChanged(label, lines.length + 1, 'is cut short: it has no line end');
  }
  await checkHead(folder, named, record, mayBeBehind && sealIndex !== -1 ? sealIndex : undefined);
  if (begin?.Type !== 'begin' || seal?.Type !== 'seal') throw notSealed(record);
  return { ...record, begin, seal, sealIndex };
}

function notSealed({ events, halfLine, label }: ReadRecord): Error {
  const crash =
    halfLine === undefined ? '' : `; line ${events.length + 1} was cut short by a crash`;
  return kmsxError('record-not-sealed', `${label} has no seal: the ceremony has not ended${crash}`);
}

/**
 * Compares `record.head` with the last line; it is there where the record is sealed.
 *
 * @param from - the index of the first line that it may be the head of, in place of the last alone
 */
async function checkHead(
  folder: string,
  named: string,
  { events, lines }: ReadRecord,
  from = lines.length - 1,
): Promise<void> {
  const label = join(named, RECORD_FILES.head);
  const refuse = (problem: string, hints?: readonly string[]): Error =>
    kmsxError('record-changed', `${label} ${problem}`, {
      details: { file: RECORD_FILES.head },
      hints,
    });
  const text = await readHeadFile(folder, named);
  if (text === undefined) {
    if (events.some(({ Type }) => Type === 'seal')) throw refuse('is missing');
    return;
  }
  const head = parseHead(text);
  if (head === undefined) throw refuse('is not the head of a record');
  const index = lines.findIndex(({ hash }) => hash === head);
  if (index === -1) {
    throw refuse('is the head of no line: lines were changed, or are missing at the end');
  }
  if (index >= from) return;
  throw refuse(`is the head of line ${index + 1}, and the record ends with line ${lines.length}`, [
    'if record add was interrupted, a note that says so writes it anew: kmsx record add FOLDER --type note --text TEXT; else stop: find out who changed it',
  ]);
}
