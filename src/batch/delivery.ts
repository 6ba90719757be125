import { lstatSync } from 'node:fs';
import { kmsxError } from '../base/error.ts';
import type { AppendFile } from '../base/files/append-file.ts';
import { openAppendFile } from '../base/files/append-file.ts';
import type { FileContext } from '../base/files/durable-file.ts';
import type { FolderWriter } from '../base/files/folder-writer.ts';
import { openFolderWriter } from '../base/files/folder-writer.ts';
import { readLines } from '../base/files/read-lines.ts';
import type { JsonObject } from '../base/json.ts';
import type { StoredBackup } from '../stores/record.ts';
import type { JournalEvent } from './journal/events.ts';
import type { FileJournal } from './journal/journal.ts';
import { storedBackupOf } from './stored-backup.ts';

/** A file or folder that results go to. */
export interface Destination {
  /** From the root. */
  readonly path: string;
  /** As the user named it. */
  readonly label: string;
}

/** Where what the journal holds is put besides. */
export interface Destinations {
  /** One result a line. */
  readonly out: Destination | undefined;
  /** One result a file. */
  readonly outFolder: Destination | undefined;
  /** One backup a file. */
  readonly backupFolder: Destination | undefined;
  /** Whether results are backups. */
  readonly resultsAreBackups: boolean;
  /** Keeps a backup in a store; undefined where none goes there. */
  readonly keep?: ((backup: StoredBackup) => Promise<void>) | undefined;
}

/** Puts what the journal holds into files, behind it. */
export interface Delivery {
  /** Takes an event that is on stable storage, in the order of the journal; waits while there is too much to do. */
  deliver(event: JournalEvent): Promise<void>;
  /** Waits until everything is on stable storage. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** So many events wait to be put into files. */
const MOST_WAITING = 512;

/** The journal has each result already: nothing waits for its line. */
const SYNC_OUT_EVERY_MS = 20;

/**
 * Makes ready where results go, and puts there what an earlier run left in the journal alone.
 *
 * @throws KmsxError `output-changed` where what is there is not what the journal says; those of files
 */
export async function openDelivery(
  journal: Pick<FileJournal, 'isResumed' | 'through' | 'events' | 'record'>,
  destinations: Destinations,
  context: FileContext,
): Promise<Delivery> {
  const { out, outFolder, backupFolder, keep } = destinations;
  const folder = async (at: Destination | undefined): Promise<FolderWriter | undefined> =>
    at && (await openFolderWriter(at.path, at.label, context));
  const writers = { out: await folder(outFolder), backup: await folder(backupFolder) };
  const results = out && new ResultLines(out, !journal.isResumed);

  let ordinal = 0; // of events whose files are waited for
  const waiting: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;

  const filesOf = (event: JournalEvent): [FolderWriter, string, JsonObject][] => {
    const files: [FolderWriter, string, JsonObject][] = [];
    if (event.Event === 'done' && writers.out !== undefined) {
      files.push([writers.out, event.Name, event.Result]);
    }
    const backup = writers.backup && storedBackupOf(event, destinations);
    if (writers.backup !== undefined && backup !== undefined) {
      files.push([writers.backup, backup.name, { ...backup.document }]);
    }
    return files;
  };
  /** One after the other, so that the mark in the journal never is ahead of a file. */
  const settle = async (): Promise<void> => {
    while (waiting.length > 0) {
      const through = ordinal;
      await Promise.all(waiting.splice(0));
      if (failure !== undefined) throw failure.error;
      const hasFiles = [writers.out, writers.backup, keep].some((each) => each !== undefined);
      if (hasFiles && through > journal.through) {
        await journal.record({ Event: 'files', Through: through });
      }
    }
  };
  let settling: Promise<void> | undefined;
  const settled = (): Promise<void> =>
    (settling ??= settle().finally(() => {
      settling = undefined;
    }));
  const deliver = async (event: JournalEvent, from: number): Promise<void> => {
    if (event.Event !== 'generated' && event.Event !== 'done') return;
    ordinal += 1;
    // What is marked as synced is there, unless someone took it away; what is not is compared.
    const works = filesOf(event)
      .map(([writer, name, document]) => ({ writer, file: `${name}.json`, document }))
      .filter(({ writer, file }) => ordinal > from || !writer.has(file))
      .map(({ writer, file, document }) => writer.write(file, Buffer.from(encode(document))));
    if (keep !== undefined && ordinal > from) {
      const stored = storedBackupOf(event, destinations);
      if (stored !== undefined) works.push(keep(stored));
    }
    if (event.Event === 'done' && results !== undefined) {
      works.push(results.add(encode(named(event.Name, event.Result))));
    }
    for (const work of works) {
      waiting.push(
        work.catch((error: unknown) => {
          failure ??= { error };
        }),
      );
    }
    if (failure !== undefined) throw failure.error;
    if (waiting.length >= MOST_WAITING) await settled();
  };

  try {
    if (!journal.isResumed) await results?.begin();
    const from = journal.through;
    if (journal.isResumed) {
      for await (const event of journal.events()) await deliver(event, from);
      await settled();
    }
    await results?.begin();
  } catch (error) {
    await Promise.all(waiting);
    await results?.close();
    throw error;
  }
  return {
    deliver: (event) => deliver(event, 0),
    finish: settled,
    close: async () => {
      await Promise.all(waiting);
      await results?.close();
    },
  };
}

/** The lines of `--out`. Those that are there already are compared first: what they differ from is left as it is. */
class ResultLines {
  readonly #out: Destination;
  readonly #isNew: boolean;
  readonly #there: AsyncIterator<Buffer, Buffer>;
  #file: Promise<AppendFile> | undefined;

  constructor(out: Destination, isNew: boolean) {
    this.#out = out;
    this.#isNew = isNew;
    this.#there = readLines(out.path);
    // What is no file is refused, and not read: a pipe might never end.
    const isOther = lstatSync(out.path, { throwIfNoEntry: false })?.isFile() === false;
    if (isNew || isOther) this.#end(this.#open());
  }

  /** Adds a line, in the order of the journal, or compares the one that is there. */
  async add(text: string): Promise<void> {
    const line = Buffer.from(text);
    if (this.#file === undefined) {
      const there = await this.#there.next();
      if (there.done !== true) {
        if (line.subarray(0, -1).equals(there.value)) return;
        this.#end(Promise.reject(changed(this.#out.label)));
      } else if (!this.#hasEnded()) {
        this.#end(this.#openAfter(there.value, line));
      }
    }
    await (await this.#file)?.append(text);
  }

  /** After the last line of an earlier run: what follows in the file is not of it. */
  async begin(): Promise<void> {
    if (this.#file === undefined) {
      const { done, value } = await this.#there.next();
      if (done !== true) throw changed(this.#out.label);
      this.#end(this.#openAfter(value, Buffer.alloc(0)));
    }
    await this.#file;
  }

  async close(): Promise<void> {
    // Why it was not opened has been told.
    await (await this.#file?.catch(() => undefined))?.close();
  }

  /** The first end of what was there counts, for all lines that come after it. */
  #end(file: Promise<AppendFile>): void {
    file.catch(() => undefined); // it is awaited for each line
    this.#file ??= file;
  }

  #hasEnded(): boolean {
    return this.#file !== undefined;
  }

  /** @param next - the line that half a line must be the beginning of */
  async #openAfter(half: Buffer, next: Buffer): Promise<AppendFile> {
    if (!next.subarray(0, half.length).equals(half)) throw changed(this.#out.label);
    return await this.#open();
  }

  #open(): Promise<AppendFile> {
    const { path, label } = this.#out;
    const how = { label, ahead: 0, syncEveryMs: SYNC_OUT_EVERY_MS, isNew: this.#isNew };
    return openAppendFile(path, how);
  }
}

function changed(label: string): Error {
  return kmsxError('output-changed', `${label} does not hold what its journal says`);
}

function encode(document: JsonObject): string {
  return `${JSON.stringify(document)}\n`;
}

/** A result with the name of its line: after `Format`, which stands first. */
function named(Name: string, { Format, ...rest }: JsonObject): JsonObject {
  return Format === undefined ? { Name, ...rest } : { Format, Name, ...rest };
}
