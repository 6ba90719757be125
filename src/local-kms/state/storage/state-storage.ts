import { makeFolders } from '../../../base/files/make-folders.ts';
import { writeError } from '../../../base/files/errors/write-error.ts';
import { kmsxError, systemErrorCode } from '../../../base/error.ts';
import type { StateContext } from './state-files.ts';
import { stateFiles } from './state-files.ts';
import { takeStateLock } from './state-lock.ts';
import type { KmsState } from '../state.ts';

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
  close(): void | Promise<void>;
}

/** Keeps nothing: the state ends with the process. */
export function memoryStorage(): StateStorage {
  return {
    load: () => Promise.resolve(undefined),
    save: () => Promise.resolve(),
    close: () => undefined,
  };
}

/**
 * Keeps a state in the files of a folder (`stateFiles`; the folder, where it is new, 0700), and holds its lock.
 *
 * @throws KmsxError `state-locked`, `state-malformed`, `file-unwritable`, `file-unreadable`, `disk-full`
 */
export async function folderStorage(
  folder: string,
  waitForLockMs: number,
  context: StateContext,
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
  const files = stateFiles(folder, context);
  return {
    load: files.load,
    save: files.save,
    close: async () => {
      try {
        await files.close();
      } finally {
        lock.release();
      }
    },
  };
}
