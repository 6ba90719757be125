import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { OwnError } from '../../base/error.ts';
import { hasCode, kmsxError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { canonicalJson } from './canonical.ts';
import { NO_PREVIOUS } from '../events.ts';

/** A line of a record that stands where the chain has it. */
export interface ChainLine {
  /** From 1. */
  readonly number: number;
  /** What the line says, in the form that the record has to have; what its type needs is not looked at. */
  readonly object: JsonObject;
  /** SHA-256 of the line without its line end: 64 hexadecimal digits. */
  readonly hash: string;
}

/** The lines of a record, each of which has the hash of the one before. */
export interface Chain {
  readonly lines: readonly ChainLine[];
  /** The hash of the last line; 64 zeros where there is none. */
  readonly head: string;
  /** What stands behind the last line end, as text: a line that a crash cut short. */
  readonly halfLine: string | undefined;
}

const NEWLINE = 0x0a;

/**
 * Reads the lines of a record, and refuses one that is not byte for byte the canonical form of what it says, or that does
 * not have the hash of the one before. A chain that is whole shows nothing about who made it.
 *
 * @param bytes - of `record.jsonl`
 * @param label - what the record is called in errors
 * @throws KmsxError `record-changed`, with the number of the line
 */
export function readChain(bytes: Uint8Array, label: string): Chain {
  const lines: ChainLine[] = [];
  let previous = NO_PREVIOUS;
  let from = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
    const line = bytes.subarray(from, end);
    const number = lines.length + 1;
    const object = readLine(line, number, label);
    if (object['Previous'] !== previous) throw lineChanged(label, number, follows(number));
    previous = hashOf(line);
    lines.push({ number, object, hash: previous });
    from = end + 1;
  }
  const rest = Buffer.from(bytes.subarray(from)).toString('utf8');
  return { lines, head: previous, halfLine: rest === '' ? undefined : rest };
}

/** The SHA-256 of a line of a record without its line end: 64 hexadecimal digits. */
export function hashOf(line: string | Uint8Array): string {
  return createHash('sha256').update(line).digest('hex');
}

/** The error for a line of a record that is not what it was. */
export function lineChanged(
  label: string,
  line: number,
  problem: string,
): OwnError<'record-changed'> {
  return kmsxError('record-changed', `${label}: line ${line} ${problem}`, { details: { line } });
}

function follows(number: number): string {
  return number === 1
    ? 'is not the first: its Previous is not 64 zeros'
    : `does not follow line ${number - 1}: one of them was changed, or a line was left out, added or moved`;
}

function readLine(line: Uint8Array, number: number, label: string): JsonObject {
  if (!isUtf8(line)) throw lineChanged(label, number, 'is not text');
  const text = Buffer.from(line).toString('utf8');
  const fault = (problem: string): Error => lineChanged(label, number, problem);
  let value: unknown;
  let canonical: string;
  try {
    value = parseJson(text, `line ${number}`);
    canonical = canonicalJson(value, `line ${number}`);
  } catch (error) {
    if (hasCode(error, 'json-name-twice')) throw fault('has a name twice in one object');
    if (hasCode(error, 'json-malformed')) throw fault('is not JSON');
    if (!hasCode(error, 'document-malformed')) throw error;
    throw fault('has a value that a record does not hold');
  }
  if (canonical !== text) throw fault('is not in the canonical form of RFC 8785');
  if (!isJsonObject(value)) throw fault('is not an object');
  return value;
}
