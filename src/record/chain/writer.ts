import { join } from 'node:path';
import { hasCode, kmsxError } from '../../base/error.ts';
import type { AppendFile } from '../../base/files/append-file.ts';
import { openAppendFile } from '../../base/files/append-file.ts';
import type { FileContext } from '../../base/files/durable-file.ts';
import { lockPlace } from '../../base/files/lock/lock-place.ts';
import type { Lock } from '../../base/files/lock/lock-file.ts';
import type { JsonObject } from '../../base/json.ts';
import { canonicalJson, inNfc } from './canonical.ts';
import { hashOf } from './chain.ts';
import type { BeginEvent, NewEvent, RecordEvent } from '../events.ts';
import { NO_PREVIOUS, RECORD_FILES } from '../events.ts';
import { writeHead } from './head.ts';
import { countOf } from './order.ts';
import { eventOf } from './read-event.ts';
import { readRecord } from './read-record.ts';

/** A record that events are added to. While it is open no other process adds to it. */
export interface RecordWriter {
  /** All events so far, in order. */
  readonly events: readonly RecordEvent[];
  /** The hash of the last line: 64 hexadecimal digits. */
  readonly head: string;
  /**
   * Adds an event; resolves to the new head when its line is on stable storage. Text is brought into the Unicode form NFC.
   * After a failure every further call fails too: what was to be recorded must not go on.
   *
   * @throws KmsxError `document-malformed` for what is no event, `disk-full`, `file-unwritable`
   */
  append(event: NewEvent): Promise<string>;
  /** Lets other processes add to the record. */
  close(): Promise<void>;
}

/**
 * Begins the record of a ceremony: makes `record.jsonl` with mode 0600, and writes its first line.
 *
 * @param folder - is there, and holds `plan.yaml`
 * @throws KmsxError `output-exists` where there is a record; `record-locked`; `document-malformed` for a plan that a record
 * can't hold; `disk-full`, `file-unwritable`
 */
export async function createRecord(
  folder: string,
  begin: BeginEvent,
  context: FileContext,
): Promise<RecordWriter> {
  canonicalJson(begin.Plan, 'the plan');
  return await whileLocked(folder, context, async (lock) => {
    const file = await openChain(folder, true);
    const writer = writerOn(file, lock, context, [], NO_PREVIOUS);
    try {
      await writer.append(begin);
      return writer;
    } catch (error) {
      await file.close().catch(() => undefined); // the error to tell is the one that led here
      throw error;
    }
  });
}

/**
 * Opens a record to add to it. A line at its end that a crash cut short is cut off and returned: who goes on with the
 * ceremony keeps it in a `resumed` event.
 *
 * @throws KmsxError `record-missing`, `record-changed`, `record-locked`; `disk-full`, `file-unwritable`
 */
export async function openRecord(
  folder: string,
  context: FileContext,
): Promise<{ readonly writer: RecordWriter; readonly halfLine: string | undefined }> {
  await readRecord(folder); // where there is no record, no lock is left either
  return await whileLocked(folder, context, async (lock) => {
    const { events, head, halfLine } = await readRecord(folder);
    const file = await openChain(folder, false);
    return { writer: writerOn(file, lock, context, events, head), halfLine };
  });
}

/**
 * Ends a ceremony: adds the `seal` event, and writes `record.head`.
 *
 * @param isComplete - whether every step was carried out, and nothing differed
 * @returns the head
 * @throws KmsxError `disk-full`, `file-unwritable`
 */
export async function sealRecord(
  writer: RecordWriter,
  folder: string,
  isComplete: boolean,
  context: FileContext,
): Promise<string> {
  const head = await writer.append({
    Type: 'seal',
    Complete: isComplete,
    ...countOf(writer.events),
  });
  await writeHead(folder, head, context);
  return head;
}

/** Takes the lock of a record; it stays with the writer, and is released where none comes of it. */
async function whileLocked<T>(
  folder: string,
  context: FileContext,
  open: (lock: Lock) => Promise<T>,
): Promise<T> {
  const path = join(folder, RECORD_FILES.chain);
  const lock = await lockPlace('record-locked', { path, label: path }, context);
  try {
    return await open(lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openChain(folder: string, isNew: boolean): Promise<AppendFile> {
  const path = join(folder, RECORD_FILES.chain);
  try {
    return await openAppendFile(path, { label: path, ahead: 0, syncEveryMs: 0, isNew });
  } catch (error) {
    if (!hasCode(error, 'output-exists')) throw error;
    throw error.with({
      hints: [
        'each ceremony has a folder of its own: give another, or --resume to go on with this one',
      ],
    });
  }
}

/** Nothing is written that could not be read again. */
function assertReadable(line: string, type: string): void {
  eventOf(JSON.parse(line) as JsonObject, (place, problem) =>
    kmsxError('document-malformed', `a record holds no such ${type}: ${place} ${problem}`, {
      details: { label: type, field: place },
    }),
  );
}

function writerOn(
  file: AppendFile,
  lock: Lock,
  context: FileContext,
  before: readonly RecordEvent[],
  lastHash: string,
): RecordWriter {
  const events = [...before];
  let head = lastHash;
  let last: Promise<unknown> = Promise.resolve();
  const write = async (event: NewEvent): Promise<string> => {
    const whole: RecordEvent = inNfc({ ...event, At: context.now().toISOString(), Previous: head });
    const line = canonicalJson(whole, event.Type);
    assertReadable(line, event.Type);
    await file.append(`${line}\n`);
    events.push(whole);
    head = hashOf(line);
    return head;
  };
  return {
    events,
    get head() {
      return head;
    },
    append: (event) => {
      const written = last.then(() => write(event));
      last = written.catch(() => undefined); // who asked for it is told
      return written;
    },
    close: async () => {
      try {
        await file.close();
      } finally {
        lock.release();
      }
    },
  };
}
