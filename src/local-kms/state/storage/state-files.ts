import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AppendFile, AppendSteps } from '../../../base/files/append-file.ts';
import { openAppendFile } from '../../../base/files/append-file.ts';
import type { FileContext } from '../../../base/files/durable-file.ts';
import { prepareDurableFile } from '../../../base/files/durable-file.ts';
import { FILE_STEPS } from '../../../base/files/file-steps.ts';
import { systemErrorCode } from '../../../base/error.ts';
import { refusal } from '../../refusal.ts';
import { journalLine, parseJournal } from './journal.ts';
import { malformedState } from '../document/state-reader.ts';
import { parseState } from '../document/parse-state.ts';
import { readStateFile } from './read-state-file.ts';
import { applyChanges, changesBetween } from './state-changes.ts';
import { formatState } from '../document/state-document.ts';
import type { KmsState } from '../state.ts';

/** 20,000 RSA keys need less. Twice as much is read, since what was saved must always be read again. */
const MAX_STATE_BYTES = 64 * 1024 * 1024;
/** A journal becomes as long as the document of its state, but at least this long, before the document is written anew. */
const LEAST_JOURNAL_BYTES = 64 * 1024;
const JOURNAL = /^journal-[0-9a-f]{16}\.jsonl$/;

/** The last change that a journal has, and where the next one goes. */
interface OpenJournal {
  readonly id: string;
  readonly sum: string;
  /** What is in the files. */
  readonly saved: KmsState;
  /** It becomes no longer than that, in bytes. */
  readonly limit: number;
  /** Opened by the first change. */
  readonly file: AppendFile | undefined;
}

/** What they are written with. */
export interface StateContext extends FileContext {
  /** For tests; by default the system's own. */
  readonly appendSteps?: AppendSteps;
}

/** The files of a state. */
interface StateFiles {
  readonly load: () => Promise<KmsState | undefined>;
  readonly save: (state: KmsState) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * A state as `FOLDER/state.json`, and what changed since as lines of `FOLDER/journal-ID.jsonl` (both 0600), where
 * ID is in the former. A change adds one line and syncs it. When the journal is long, the document is written anew, with
 * a new and empty journal: that is made first, then the document is replaced atomically, then the old journal goes. So there
 * is at any instant one document, and the journal that belongs to it.
 *
 * @throws KmsxError `state-malformed`, `file-unwritable`, `file-unreadable`, `disk-full`; all as `StateStorage` says
 */
export function stateFiles(folder: string, context: StateContext): StateFiles {
  const path = join(folder, 'state.json');
  const pathOf = (id: string): string => join(folder, `journal-${id}.jsonl`);
  /** Undefined: the next change writes the document anew. */
  let journal: OpenJournal | undefined;
  let nextId: string | undefined;

  const { appendSteps: steps } = context;
  const open = (id: string): Promise<AppendFile> => {
    const options = { label: pathOf(id), ahead: 0, syncEveryMs: 0, ...(steps && { steps }) };
    return openAppendFile(pathOf(id), options);
  };

  const writeWhole = async (state: KmsState, old: AppendFile | undefined): Promise<void> => {
    // The same again after a failure: the document may have it already.
    nextId ??= context.randomBytes(8).toString('hex');
    const id = nextId;
    const bytes = formatState(state, id);
    try {
      if (bytes.length > MAX_STATE_BYTES) throw refusal('Rejected.LimitExceeded');
      const options = { mode: 0o600, existing: 'replace', label: path } as const;
      const document = await prepareDurableFile(path, options, context);
      let file: AppendFile | undefined;
      try {
        file = await open(id);
        await document.commit(bytes);
      } catch (error) {
        await file?.close();
        await document.discard();
        // Which of the two documents is there is not known.
        journal = undefined;
        await old?.close();
        throw error;
      }
      const limit = Math.max(LEAST_JOURNAL_BYTES, bytes.length);
      journal = { id, sum: id, saved: state, limit, file };
      nextId = undefined;
    } finally {
      bytes.fill(0);
    }
    try {
      await old?.close();
      removeOtherJournals(folder, id, context);
    } catch (error) {
      // What is left is in nobody's way; the next time removes it. The change is saved.
      if (systemErrorCode(error) === undefined) throw error;
    }
  };

  const append = async (state: KmsState, to: OpenJournal): Promise<boolean> => {
    const { line, sum } = journalLine(to.sum, changesBetween(to.saved, state));
    const file = to.file ?? (await open(to.id));
    journal = { ...to, file };
    if (file.length + Buffer.byteLength(line) > to.limit) return false;
    try {
      await file.append(line);
    } catch (error) {
      // What is in the file now is not known.
      journal = undefined;
      await file.close();
      throw error;
    }
    journal = { ...to, file, sum, saved: state };
    return true;
  };

  return {
    load: async () => {
      const text = await readStateFile(path, 2 * MAX_STATE_BYTES);
      if (text === undefined) return undefined;
      const { state, journal: id } = parseState(text, path);
      if (id === undefined) return state;
      const lines = await readStateFile(pathOf(id), 2 * MAX_STATE_BYTES);
      if (lines === undefined) throw malformedState(pathOf(id), '', 'is not there');
      const { changes, sum, isTorn } = parseJournal(lines, id, pathOf(id));
      const saved = changes.length === 0 ? state : applyChanges(state, changes);
      const limit = Math.max(LEAST_JOURNAL_BYTES, Buffer.byteLength(text));
      if (!isTorn) journal = { id, sum, saved, limit, file: undefined };
      return saved;
    },
    save: async (state) => {
      const current = journal;
      if (current !== undefined && (await append(state, current))) return;
      await writeWhole(state, journal?.file);
    },
    close: async () => {
      await journal?.file?.close();
      journal = undefined;
    },
  };
}

/** Also those that a killed process left. */
function removeOtherJournals(
  folder: string,
  id: string,
  { fileSteps: { unlink } = FILE_STEPS }: FileContext,
): void {
  for (const name of readdirSync(folder)) {
    if (!JOURNAL.test(name) || name.includes(id)) continue;
    try {
      unlink(join(folder, name));
    } catch (error) {
      // It is in nobody's way; the next time removes it.
      if (systemErrorCode(error) === undefined) throw error;
    }
  }
}
