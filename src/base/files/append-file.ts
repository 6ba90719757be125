import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KmsxError } from '../error.ts';
import { hasCode, kmsxError, systemErrorCode } from '../error.ts';
import { grouped } from '../grouped.ts';
import { fileWord } from '../text/shell-word.ts';
import { FILE_STEPS } from './file-steps.ts';
import { existsError, writeError } from './errors/write-error.ts';

/** A file of whole lines that only grows. */
export interface AppendFile {
  /** The bytes of its whole lines. */
  readonly length: number;
  /** `disk-full` from when no more room was found to keep ahead: there is what was kept, for what was begun. */
  readonly shortage: KmsxError | undefined;
  /**
   * Adds lines; resolves when they are on stable storage. What is added while others are being written goes together,
   * with one sync for all.
   *
   * @param lines - whole ones, with their breaks
   * @throws KmsxError `disk-full` for what finds no room in what is kept ahead; `file-unwritable` and all else from then on
   */
  append(lines: string): Promise<void>;
  /** Ends the file where its lines end, and closes it. */
  close(): Promise<void>;
}

export interface AppendFileOptions {
  /** The file's name in errors: the path as the user gave it. */
  readonly label: string;
  /**
   * Bytes of room that are kept ahead as zeros, so that a full disk is found before what must be added is there; 0 for
   * none.
   */
  readonly ahead: number;
  /** Whether the file must not be there yet. */
  readonly isNew?: boolean;
  /** From one sync to the next, in milliseconds: what is added meanwhile goes together. 0: as soon as the last is done. */
  readonly syncEveryMs: number;
  /** Tests make them fail. */
  readonly steps?: AppendSteps;
}

/** The system calls that add to a file. */
export interface AppendSteps {
  /** Writes the bytes from the index `from` on, to `position`; resolves to how many were written. */
  readonly write: (
    file: FileHandle,
    bytes: Uint8Array,
    from: number,
    position: number,
  ) => Promise<number>;
  readonly sync: (file: FileHandle) => Promise<void>;
}

const APPEND_STEPS: AppendSteps = {
  write: async (file, bytes, from, position) =>
    (await file.write(bytes, from, bytes.length - from, position)).bytesWritten,
  sync: (file) => file.datasync(),
};

const NEWLINE = 0x0a;

/** How much is read at once to find where the last line ends. */
const TAIL = 64 * 1024;

/**
 * Opens a file of lines to add to it, which must have one name, mode 0600, and makes it if it is not there. What a run that
 * was killed left behind its last whole line is cut: zeros, and half a line.
 *
 * @throws KmsxError `output-exists` for a new one; `file-unwritable`, `disk-full`
 */
export async function openAppendFile(
  path: string,
  options: AppendFileOptions,
): Promise<AppendFile> {
  const { label, isNew = false } = options;
  let handle: FileHandle | undefined;
  try {
    const flags =
      constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    handle = await open(path, isNew ? flags | constants.O_EXCL : flags, 0o600);
    const stats = await handle.stat();
    if (!stats.isFile()) {
      throw kmsxError('file-unwritable', `${label} is no regular file: lines are added to it`, {
        hints: ['give the name of a file'],
      });
    }
    if (stats.nlink > 1) {
      const name = fileWord(label);
      throw kmsxError('file-unwritable', `${label} has another name too, which no lock holds`, {
        hints: [
          `find the other (ls -i); mv ${name} ${name}.2 && cp -p ${name}.2 ${name} gives it a file of its own`,
        ],
      });
    }
    const length = await endOfLines(handle);
    await handle.truncate(length);
    await handle.sync();
    FILE_STEPS.sync(dirname(path));
    return appendTo(handle, length, options);
  } catch (error) {
    await handle?.close();
    if (isNew && systemErrorCode(error) === 'EEXIST') {
      throw existsError(label, ['give another name, or move it away']);
    }
    throw writeError(label, error);
  }
}

/** Where the last whole line ends. */
async function endOfLines(handle: FileHandle): Promise<number> {
  const buffer = Buffer.alloc(TAIL);
  let end = (await handle.stat()).size;
  while (end > 0) {
    const start = Math.max(0, end - TAIL);
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at !== -1) return start + at + 1;
    end = start;
  }
  return 0;
}

const ZEROS = Buffer.alloc(256 * 1024);

function appendTo(
  handle: FileHandle,
  from: number,
  { label, ahead, syncEveryMs, steps = APPEND_STEPS }: AppendFileOptions,
): AppendFile {
  let length = from;
  let size = from;
  let shortage: KmsxError | undefined;
  let failure: { readonly error: unknown } | undefined;

  const writeAll = async (bytes: Uint8Array, position: number): Promise<void> => {
    let written = 0;
    while (written < bytes.length) {
      written += await steps.write(handle, bytes, written, position + written);
    }
  };
  /** The zeros come first: then it is they that find no room, and what is written over them finds it. */
  const reserve = async (bytes: number): Promise<void> => {
    if (ahead === 0 || shortage !== undefined || size >= length + bytes + ahead / 2) return;
    try {
      const room = size + bytes + ahead;
      while (size < room) {
        const zeros = ZEROS.subarray(0, room - size);
        await writeAll(zeros, size);
        size += zeros.length;
      }
    } catch (error) {
      const found = writeError(label, error);
      if (!hasCode(found, 'disk-full')) throw error;
      shortage = found;
      size = Math.max(size, (await handle.stat()).size);
    }
  };
  const writeSynced = async (bytes: Uint8Array): Promise<void> => {
    await writeAll(bytes, length);
    try {
      await steps.sync(handle);
    } catch {
      // The system may have dropped what it could not sync, and say nothing next time: all of it is written once more.
      await writeAll(bytes, length);
      await steps.sync(handle);
    }
  };
  const writeGroup = async (group: readonly string[]): Promise<unknown[]> => {
    const lines = group.map((each) => Buffer.from(each));
    await reserve(lines.reduce((sum, { length: bytes }) => sum + bytes, 0));
    let end = length;
    const refusals = lines.map((line) => {
      if (shortage !== undefined && end + line.length > size) return shortage;
      end += line.length;
      return undefined;
    });
    if (end === length) return refusals;
    await writeSynced(Buffer.concat(lines.filter((_, index) => refusals[index] === undefined)));
    length = end;
    return refusals;
  };
  const append = grouped(
    Infinity,
    async (group: readonly string[]) => {
      try {
        if (failure !== undefined) throw failure.error;
        return await writeGroup(group);
      } catch (error) {
        failure ??= { error: writeError(label, error) };
        throw failure.error;
      }
    },
    syncEveryMs,
  );

  return {
    get length() {
      return length;
    },
    get shortage() {
      return shortage;
    },
    append,
    close: async () => {
      await append('').catch(() => undefined); // what was added before it has been told of
      try {
        // After a failure there may be more whole lines than were told of: they stay, and the next `open` cuts the rest.
        if (failure === undefined) await handle.truncate(length);
        await handle.sync();
      } catch (error) {
        if (failure === undefined) throw writeError(label, error);
      } finally {
        await handle.close();
      }
    },
  };
}
