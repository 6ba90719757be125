import { readFileSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../error.ts';
import { grouped } from '../grouped.ts';
import type { FileContext } from './durable-file.ts';
import { Preparation } from './temporary/earlier-files.ts';
import type { FileSteps } from './file-steps.ts';
import { FILE_STEPS, isThere, moveToFreeName } from './file-steps.ts';
import { makeFolders } from './make-folders.ts';
import { createTemporary, removeTemporary, writeWhole } from './temporary/temporary-file.ts';
import { parseTemporaryName } from './temporary/temporary-name.ts';
import { existsError, writeError } from './errors/write-error.ts';

/** Writes many files of one folder, each whole under its name or not at all. */
export interface FolderWriter {
  /**
   * Writes a file, mode 0600; resolves when it is on stable storage under its name. Files that wait for each other go
   * together, with one sync of the folder for all. A file with the same bytes that is there already is kept.
   *
   * @throws KmsxError `output-exists` where the file there has other bytes; `disk-full`, `file-unwritable`
   */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Whether there is something of this name. */
  has(name: string): boolean;
}

/** So many files are written at once. */
const AT_ONCE = 32;

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes a folder, if it is not there, removes the temporary files that a run which was killed left in it, and writes files
 * into it.
 *
 * @param label - the folder's name in errors: the path as the user gave it
 * @throws KmsxError `file-unwritable`
 */
export async function openFolderWriter(
  path: string,
  label: string,
  context: FileContext,
): Promise<FolderWriter> {
  const { fileSteps: steps = FILE_STEPS } = context;
  const preparation = new Preparation(context);
  try {
    await makeFolders(path, 0o700, steps);
    const folder = await realpath(path);
    for (const entry of await readdir(folder)) {
      const parts = parseTemporaryName(entry);
      if (parts !== undefined) await preparation.removeLeftovers(join(folder, parts.name), steps);
    }
    return writerOf(folder, label, preparation, steps);
  } catch (error) {
    throw writeError(label, error);
  }
}

function writerOf(
  folder: string,
  label: string,
  preparation: Preparation,
  steps: FileSteps,
): FolderWriter {
  /** Gives a file all its bytes under a temporary name. */
  const prepare = async ({ name, bytes }: NamedBytes): Promise<string> => {
    const path = preparation.newTemporaryName(join(folder, name));
    const temporary = await createTemporary(path, 0o600, steps);
    try {
      await writeWhole(temporary.handle, bytes, steps);
      return path;
    } catch (error) {
      await steps.close(temporary.handle).catch(() => undefined);
      removeTemporary(path, steps);
      throw error;
    }
  };
  const place = (temporary: string, { name, bytes }: NamedBytes): void => {
    const target = join(folder, name);
    try {
      if (moveToFreeName(temporary, target, steps)) return;
      if (hasBytes(target, bytes)) return;
      throw existsError(`${label}/${name}`, ['move it away, and run it again']);
    } finally {
      removeTemporary(temporary, steps);
    }
  };
  const write = grouped(AT_ONCE, async (group: readonly NamedBytes[]) => {
    const prepared = await Promise.allSettled(group.map(prepare));
    const failures = group.map((file, index): unknown => {
      const temporary = prepared[index];
      try {
        if (temporary?.status !== 'fulfilled') throw temporary?.reason;
        place(temporary.value, file);
        return undefined;
      } catch (error) {
        return writeError(`${label}/${file.name}`, error);
      }
    });
    try {
      steps.sync(folder);
      return failures;
    } catch (error) {
      const unsynced = writeError(label, error);
      return failures.map((failure) => failure ?? unsynced);
    }
  });
  return {
    has: (name) => isThere(join(folder, name)),
    write: (name, bytes) => write({ name, bytes }),
  };
}

/** Whether a file has these bytes and no others. */
function hasBytes(path: string, bytes: Uint8Array): boolean {
  let there: Buffer;
  try {
    there = readFileSync(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false; // what is there is no file that can be read: it stays
  }
  const isSame = there.equals(bytes);
  there.fill(0);
  return isSame;
}
