import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileContext } from '../../base/files/durable-file.ts';
import { prepareDurableFile } from '../../base/files/durable-file.ts';
import { makeFolders } from '../../base/files/make-folders.ts';
import { openPatiently } from '../../base/files/read-up-to.ts';
import { writeError } from '../../base/files/write-error.ts';
import { kmsxError, systemErrorCode } from '../../base/error.ts';
import { parseState } from './parse-state.ts';
import { refusal } from '../refusal.ts';
import { formatState } from './state-document.ts';
import type { KmsState } from './state.ts';
import { takeStateLock } from './state-lock.ts';

/** Where a state is kept. It belongs to one process until it is closed. */
export interface StateStorage {
  /** The state that was saved last, or undefined if there is none yet. */
  load(): Promise<KmsState | undefined>;
  /**
   * When this returns, the state survives a crash. Never called while an earlier call runs.
   *
   * @throws KmsRefusal `Rejected.LimitExceeded` for a state that is too large to be read again
   */
  save(state: KmsState): Promise<void>;
  /** Lets others use the storage. Harmless when called again. */
  close(): void;
}

/** 20,000 RSA keys need less. Twice as much is read, since what was saved must always be read again. */
const MAX_STATE_BYTES = 64 * 1024 * 1024;

/** Keeps nothing: the state ends with the process. */
export function memoryStorage(): StateStorage {
  return {
    load: () => Promise.resolve(undefined),
    save: () => Promise.resolve(),
    close: () => undefined,
  };
}

/**
 * Keeps a state in `FOLDER/state.json` (0600; the folder, where it is new, 0700), which every change replaces
 * as a whole, and holds the folder's lock.
 *
 * @throws KmsxError `state-locked`, `state-malformed`, `file-unwritable`, `file-unreadable`, `disk-full`
 */
export async function folderStorage(
  folder: string,
  waitForLockMs: number,
  context: FileContext,
): Promise<StateStorage> {
  try {
    await makeFolders(folder, 0o700, context.fileSteps);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'EEXIST' && code !== 'ENOENT') throw writeError(folder, error);
    const what = code === 'EEXIST' ? 'is not a folder' : 'cannot be made: no folder can be there';
    throw kmsxError('file-unwritable', `${folder} ${what}`, { cause: error });
  }
  const lock = await takeStateLock(folder, waitForLockMs, context);
  const path = join(folder, 'state.json');
  return {
    load: async () => {
      const text = await readText(path);
      return text === undefined ? undefined : parseState(text, path);
    },
    save: async (state) => {
      const options = { mode: 0o600, existing: 'replace', label: path } as const;
      const bytes = formatState(state);
      if (bytes.length > MAX_STATE_BYTES) {
        bytes.fill(0);
        throw refusal('Rejected.LimitExceeded');
      }
      const file = await prepareDurableFile(path, options, context);
      try {
        await file.commit(bytes);
      } finally {
        bytes.fill(0);
      }
    },
    close: () => {
      lock.release();
    },
  };
}

function notRegular(path: string): Error {
  return kmsxError('file-unreadable', `${path} is not a regular file`, {
    hints: ['give an empty folder, or move that file away'],
  });
}

async function readText(path: string): Promise<string | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await openPatiently(path);
    const stats = await handle.stat();
    if (!stats.isFile() && !stats.isDirectory()) throw notRegular(path);
    const { size } = stats;
    if (size > 2 * MAX_STATE_BYTES) {
      throw kmsxError('state-malformed', `${path} is far too large for a state`, {
        details: { path, place: '' },
      });
    }
    return await handle.readFile('utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (handle === undefined && code === 'ENOENT') return undefined;
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw kmsxError('file-unreadable', `${path} cannot be read (${code ?? ''})`, {
      details: { isFolder: code === 'EISDIR' },
      cause: error,
    });
  } finally {
    await handle?.close();
  }
}
