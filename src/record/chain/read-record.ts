import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { kmsxError, systemErrorCode } from '../../base/error.ts';
import { readError } from '../../base/files/errors/read-error.ts';
import { openPatiently, readUpTo } from '../../base/files/read-up-to.ts';
import type { ChainLine } from './chain.ts';
import { readChain } from './chain.ts';
import type { RecordEvent } from '../events.ts';
import { RECORD_FILES } from '../events.ts';
import { readEvent } from './read-event.ts';

/** No ceremony writes a hundredth of it. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** A record as it lies in its folder: its chain is whole, and each of its lines is an event. */
export interface ReadRecord {
  /** What `record.jsonl` is called in errors. */
  readonly label: string;
  readonly lines: readonly ChainLine[];
  /** The event of each line. */
  readonly events: readonly RecordEvent[];
  /** The hash of the last line: 64 hexadecimal digits. */
  readonly head: string;
  /** A line at the end that a crash cut short, as text. */
  readonly halfLine: string | undefined;
}

/**
 * Reads the record in a folder. Whether its events are in order, and whether the files are there, is not looked at.
 *
 * @param named - what the folder is called in errors
 * @throws KmsxError `record-missing` where there is none, or no whole line; `record-changed`; `file-unreadable`
 */
export async function readRecord(folder: string, named = folder): Promise<ReadRecord> {
  const label = join(named, RECORD_FILES.chain);
  const bytes = await readFileOf(folder, RECORD_FILES.chain, MAX_RECORD_BYTES, named);
  if (bytes === undefined) {
    throw kmsxError('record-missing', `${named} holds no ${RECORD_FILES.chain}`);
  }
  return parseRecord(bytes, label);
}

/**
 * Reads the bytes of `record.jsonl`.
 *
 * @param label - what they are called in errors
 * @throws KmsxError `record-missing` where there is no whole line; `record-changed`
 */
export function parseRecord(bytes: Uint8Array, label: string): ReadRecord {
  const { lines, head, halfLine } = readChain(bytes, label);
  if (lines.length === 0) {
    throw kmsxError('record-missing', `${label} has no whole line: nothing was begun`);
  }
  return { label, lines, events: lines.map((line) => readEvent(line, label)), head, halfLine };
}

/**
 * The bytes of a file in the folder of a record, or undefined where it is not there.
 *
 * @param most - so many bytes
 * @param named - what the folder is called in errors
 * @throws KmsxError `input-too-large`, `file-unreadable`
 */
export async function readFileOf(
  folder: string,
  name: string,
  most: number,
  named = folder,
): Promise<Buffer | undefined> {
  const label = join(named, name);
  let handle: FileHandle | undefined;
  try {
    handle = await openPatiently(join(folder, name));
    const bytes = await readUpTo(handle, most);
    if (bytes.length <= most) return bytes;
    throw kmsxError('input-too-large', `${label} has more than ${most} bytes`, {
      details: { label },
    });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw readError(label, error);
  } finally {
    await handle?.close();
  }
}
