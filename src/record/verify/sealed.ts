import { join } from 'node:path';
import { kmsxError } from '../../base/error.ts';
import { fileWord } from '../../base/text/shell-word.ts';
import { lineChanged } from '../chain/chain.ts';
import type { BeginEvent, SealEvent } from '../events.ts';
import { RECORD_FILES } from '../events.ts';
import { parseHead, readHeadFile } from '../chain/head.ts';
import { findMisplaced } from '../chain/order.ts';
import type { ReadRecord } from '../chain/read-record.ts';
import { readRecord } from '../chain/read-record.ts';
import { findOtherWrappingKey } from './wrapping-keys.ts';

/** A record whose ceremony has come to its end, with its events in order. */
export interface SealedRecord extends ReadRecord {
  readonly begin: BeginEvent;
  readonly seal: SealEvent;
  /** The index of the event that seals it. */
  readonly sealIndex: number;
  /** How many lines `record.head` does not cover; none unless they were accepted. */
  readonly uncovered: number;
}

export interface SealedRules {
  /** What the folder is called in errors; by default its path. */
  readonly named?: string;
  /**
   * Where something is to be added to the record: a crash may have cut its last line short. Lines behind the one that
   * `record.head` is of may be anybody's: they are taken only where somebody who has looked at them gives the hash of the last.
   */
  readonly toAdd?: { readonly acceptedHead?: string | undefined };
}

/**
 * Reads a sealed record, and compares its head with `record.head`. The files that it names are not looked at.
 *
 * @param folder - of the record
 * @throws KmsxError `record-missing`, `record-changed`, `record-not-sealed`; `record-head-differs` where another head was
 * accepted; `file-unreadable`
 */
export async function readSealedRecord(
  folder: string,
  { named = folder, toAdd }: SealedRules = {},
): Promise<SealedRecord> {
  const record = await readRecord(folder, named);
  const { events, halfLine, label, lines } = record;
  assertInOrder(record);
  const sealIndex = events.findIndex(({ Type }) => Type === 'seal');
  const [begin, seal] = [events[0], events[sealIndex]];
  if (halfLine !== undefined && seal !== undefined && toAdd === undefined) {
    throw lineChanged(label, lines.length + 1, 'is cut short: it has no line end');
  }
  const uncovered = await checkHead(folder, named, record, { sealIndex, ...toAdd });
  if (begin?.Type !== 'begin' || seal?.Type !== 'seal') throw notSealed(record);
  return { ...record, begin, seal, sealIndex, uncovered };
}

/**
 * Refuses a record whose events are not in the order in which a ceremony has them, sealed or not.
 *
 * @throws KmsxError `record-changed`, with the line
 */
export function assertInOrder({ events, label }: ReadRecord): void {
  const misplaced = findMisplaced(events) ?? findOtherWrappingKey(events);
  if (misplaced !== undefined) throw lineChanged(label, misplaced.index + 1, misplaced.problem);
}

function notSealed({ events, halfLine, label }: ReadRecord): Error {
  const crash =
    halfLine === undefined ? '' : `; line ${events.length + 1} was cut short by a crash`;
  return kmsxError('record-not-sealed', `${label} has no seal: the ceremony has not ended${crash}`);
}

/**
 * Compares `record.head` with the last line; it is there where the record is sealed.
 *
 * @returns how many lines it does not cover
 */
async function checkHead(
  folder: string,
  named: string,
  { lines, head: last, label: chain }: ReadRecord,
  {
    sealIndex,
    acceptedHead,
  }: { readonly sealIndex: number; readonly acceptedHead?: string | undefined },
): Promise<number> {
  if (acceptedHead !== undefined && acceptedHead !== last) {
    throw kmsxError(
      'record-head-differs',
      `${chain}: the head that was accepted is not that of its last line`,
    );
  }
  const label = join(named, RECORD_FILES.head);
  const refuse = (problem: string, hints?: readonly string[]): Error =>
    kmsxError('record-changed', `${label} ${problem}`, {
      details: { file: RECORD_FILES.head },
      hints,
    });
  const text = await readHeadFile(folder, named);
  if (text === undefined) {
    if (sealIndex !== -1) throw refuse('is missing');
    return 0;
  }
  const head = parseHead(text);
  if (head === undefined) throw refuse('is not the head of a record');
  const index = lines.findIndex(({ hash }) => hash === head);
  if (index === -1) {
    throw refuse('is the head of no line: lines were changed, or are missing at the end');
  }
  const uncovered = lines.length - 1 - index;
  const isAccepted = acceptedHead !== undefined && sealIndex !== -1 && index >= sealIndex;
  if (uncovered === 0 || isAccepted) return uncovered;
  throw refuse(
    `is the head of line ${index + 1}, and covers nothing of ${linesFrom(index + 2, lines.length)}`,
    [
      `stop: look at ${linesFrom(index + 2, lines.length)}; if record add was interrupted when it wrote that, those who know it say so: kmsx record add FOLDER --type note --text TEXT --accept-head HEX`,
      `HEX is what this prints: sed -n ${lines.length}p ${fileWord(chain)} | tr -d '\\n' | sha256sum`,
    ],
  );
}

/** Lines of a record, as people say them. */
export function linesFrom(first: number, last: number): string {
  return first === last ? `line ${first}` : `lines ${first} to ${last}`;
}
