import { closeSync, constants, openSync, readSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { KmsxError } from '../../base/error.ts';
import { kmsxError } from '../../base/error.ts';
import type { AppendFile } from '../../base/files/append-file.ts';
import { openAppendFile } from '../../base/files/append-file.ts';
import type { FileContext } from '../../base/files/durable-file.ts';
import { readLines } from '../../base/files/read-lines.ts';
import { lockPlace } from '../../base/files/lock/lock-place.ts';
import type { Generated, JournalEvent, JournalHeader } from './events.ts';
import { encodeLine, JOURNAL_FORMAT, parseEvent, parseHeader } from './events.ts';
import { LineStates } from './line-states.ts';

/** What became of lines. */
export interface LineCounts {
  readonly done: number;
  /** How many failed and are not done since, by code. */
  readonly failures: ReadonlyMap<string, number>;
  /** How many data keys may have been generated and lost. */
  readonly lost: number;
}

/** What happened to the lines of a manifest, on stable storage: in a file, or in a store that several runs share. */
export interface Journal {
  /** What it is called in messages. */
  readonly label: string;
  isDone(line: number): boolean;
  /** The data key that was generated for a line which is not done. */
  generatedFor(line: number): Generated | undefined;
  counts(): LineCounts;
  /** `disk-full` from when there is room only for what was begun: no other line may be. */
  readonly shortage?: KmsxError | undefined;
  /**
   * Adds an event; resolves when it is on stable storage, in the order in which events were added.
   *
   * @throws DoneElsewhere where another run did the same before
   */
  record(event: JournalEvent): Promise<void>;
  close(): Promise<void>;
}

/** That another run works on the line: what this one did for it does not count. */
export class DoneElsewhere extends Error {}

/** A journal of one run at a time. */
export interface FileJournal extends Journal {
  /** Whether an earlier run began it. */
  readonly isResumed: boolean;
  /** The lines that failed in earlier runs, and are not done since. */
  readonly failedBefore: ReadonlySet<number>;
  /** The files of so many events are on stable storage. */
  readonly through: number;
  /** Its events from the first, as they are on stable storage. */
  events(): AsyncIterable<JournalEvent>;
}

export interface JournalRequest {
  readonly path: string;
  readonly label: string;
  readonly header: JournalHeader;
  /** How many lines are worked on at once. */
  readonly concurrency: number;
  readonly context: FileContext;
}

/** Room that is kept ahead: for each line that is worked on, a document of many exports. */
const LEAST_AHEAD = 1024 * 1024;
const AHEAD_EACH = 64 * 1024;

/** Each sync costs a thread of its own: lines that are worked on at once share some. */
const SYNC_EVERY_MS = 2;

/**
 * Opens a journal in a file, or begins it. What an earlier run that was killed left open is recorded as lost.
 *
 * @throws KmsxError `journal-locked` while another process works on it; `journal-mismatch` where it is of another manifest,
 * command or options; `journal-malformed`; those of files
 */
export async function openJournal(request: JournalRequest): Promise<FileJournal> {
  const { path, label, header, concurrency, context } = request;
  const lock = await lockPlace('journal-locked', { path, label }, context);
  let file: AppendFile | undefined;
  try {
    assertMayBeJournal(path, label);
    const opened = await openAppendFile(path, {
      label,
      ahead: Math.max(LEAST_AHEAD, concurrency * AHEAD_EACH),
      syncEveryMs: concurrency > 1 ? SYNC_EVERY_MS : 0,
    });
    file = opened;
    const states = new LineStates();
    const isResumed = opened.length > 0;
    if (isResumed) await assertSame(path, label, header);
    else await opened.append(encodeLine(header));
    const events = (): AsyncIterable<JournalEvent> => eventsOf(path, label);
    for await (const event of events()) states.apply(event);
    const failedBefore = new Set(states.failed());
    const record = async (event: JournalEvent): Promise<void> => {
      await opened.append(encodeLine(event));
      states.apply(event);
    };
    for (const line of states.openIntents()) await record({ Event: 'lost', Count: 1, Line: line });
    const close = async (): Promise<void> => {
      try {
        await opened.close();
      } finally {
        lock.release();
      }
    };
    return {
      label,
      isResumed,
      failedBefore,
      isDone: (line) => states.isDone(line),
      generatedFor: (line) => states.generatedFor(line),
      counts: () => ({ done: states.done, failures: states.failures(), lost: states.lost }),
      get shortage() {
        return opened.shortage;
      },
      get through() {
        return states.through;
      },
      events,
      record,
      close,
    };
  } catch (error) {
    await file?.close().catch(() => undefined); // the error to report is the first
    lock.release();
    throw error;
  }
}

const BEGINNING = Buffer.from(encodeLine({ Format: JOURNAL_FORMAT } as JournalHeader).slice(0, -2));

/** Half a line at the end of a journal is cut: no other file may be taken for one. */
function assertMayBeJournal(path: string, label: string): void {
  const [there, begins] = [Buffer.alloc(BEGINNING.length), Buffer.from(BEGINNING)];
  let length: number;
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      length = readSync(file, there);
    } finally {
      closeSync(file);
    }
  } catch {
    return; // it is not there, or what is wrong is found when it is opened for writing
  }
  // Killed as it was begun, it is cut short, or has zeros where bytes were to be.
  const isBegun = there.subarray(0, length).every((byte, at) => byte === 0 || byte === begins[at]);
  if (!isBegun) throw kmsxError('journal-malformed', `${label} is no journal of kmsx`);
}

async function assertSame(path: string, label: string, header: JournalHeader): Promise<void> {
  for await (const line of readLines(path)) {
    assertSameRun(line.toString(), label, header);
    return;
  }
}

/**
 * Checks that a journal is of this run.
 *
 * @param text - its header
 * @throws KmsxError `journal-mismatch`, and those of `parseHeader`
 */
export function assertSameRun(text: string, label: string, header: JournalHeader): void {
  const difference = differenceOf(parseHeader(text, label), header);
  if (difference === undefined) return;
  throw kmsxError('journal-mismatch', `${label} is of a run ${difference}`);
}

function differenceOf(old: JournalHeader, header: JournalHeader): string | undefined {
  if (old.Command !== header.Command) return `of batch ${old.Command}`;
  if (old.Manifest !== header.Manifest) {
    return 'with another manifest, or this one was changed since';
  }
  const names = new Set([...Object.keys(old.Options), ...Object.keys(header.Options)]);
  for (const name of names) {
    const [was, is] = [old.Options[name], header.Options[name]];
    if (isDeepStrictEqual(was, is)) continue;
    if (was === undefined) return `without ${name}`;
    const value = typeof was === 'string' ? ` ${was}` : ` ${JSON.stringify(was)}`;
    return `with ${name}${was === true ? '' : value}`;
  }
  const inputs = new Set([...Object.keys(old.Inputs), ...Object.keys(header.Inputs)]);
  const other = [...inputs].find((name) => old.Inputs[name] !== header.Inputs[name]);
  return other && `with another ${other}, or its file was changed since`;
}

async function* eventsOf(path: string, label: string): AsyncIterable<JournalEvent> {
  let number = 0;
  for await (const line of readLines(path)) {
    number += 1;
    // A page of a group that never reached the disk is zeros, and joins two halves of lines: nobody was told of either.
    if (number > 1 && !line.includes(0)) yield parseEvent(line.toString(), label, number);
  }
}
