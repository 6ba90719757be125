import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { kmsxError } from '../error.ts';
import { FILE_STEPS } from './file-steps.ts';
import { writeError } from './write-error.ts';

/** A file of whole lines that only grows. */
export interface AppendFile {
  /** The bytes of its whole lines. */
  readonly length: number;
  /**
   * Adds lines; resolves when they are on stable storage. What is added while others are being written goes together,
   * with one sync for all.
   *
   * @param lines - whole ones, with their breaks
   * @throws KmsxError `disk-full`, `file-unwritable`; the same from then on
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
  /** From one sync to the next, in milliseconds: what is added meanwhile goes together. 0: as soon as the last is done. */
  readonly syncEveryMs: number;
}

const NEWLINE = 0x0a;

/** How much is read at once to find where the last line ends. */
const TAIL = 64 * 1024;

/**
 * Opens a file of lines to add to it, mode 0600, and makes it if it is not there. What a run that was killed left behind its
 * last whole line is cut: zeros, and half a line.
 *
 * @throws KmsxError `file-unwritable`, `disk-full`
 */
export async function openAppendFile(
  path: string,
  options: AppendFileOptions,
): Promise<AppendFile> {
  const { label } = options;
  let handle: FileHandle | undefined;
  try {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    handle = await open(path, flags | constants.O_NONBLOCK, 0o600);
    if (!(await handle.stat()).isFile()) {
      throw kmsxError('file-unwritable', `${label} is no regular file: lines are added to it`, {
        hints: ['give the name of a file'],
      });
    }
    const length = await endOfLines(handle);
    await handle.truncate(length);
    await handle.sync();
    FILE_STEPS.sync(dirname(path));
    return appendTo(handle, length, options);
  } catch (error) {
    await handle?.close();
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

interface Waiting {
  readonly lines: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function appendTo(
  handle: FileHandle,
  from: number,
  { label, ahead, syncEveryMs }: AppendFileOptions,
): AppendFile {
  let length = from;
  let size = from;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const write = async (bytes: Uint8Array): Promise<void> => {
    if (ahead > 0 && size < length + bytes.length + ahead / 2) {
      // The zeros come first: then it is they that find no room, and what is written over them finds it.
      const room = size + bytes.length + ahead;
      while (size < room) {
        const zeros = ZEROS.subarray(0, room - size);
        await writeAll(handle, zeros, size);
        size += zeros.length;
      }
    }
    await writeAll(handle, bytes, length);
    await handle.datasync();
    length += bytes.length;
  };
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const pause = syncEveryMs > 0 ? setTimeout(syncEveryMs) : undefined;
      try {
        if (failure !== undefined) throw failure.error;
        await write(Buffer.from(group.map(({ lines }) => lines).join('')));
        for (const { resolve } of group) resolve();
      } catch (error) {
        failure ??= { error: writeError(label, error) };
        for (const { reject } of group) reject(failure.error);
      }
      await pause;
    }
    writing = undefined;
  };

  return {
    get length() {
      return length;
    },
    append: (lines) =>
      new Promise((resolve, reject) => {
        waiting.push({ lines, resolve, reject });
        writing ??= drain();
      }),
    close: async () => {
      await writing;
      try {
        await handle.truncate(length);
        await handle.sync();
      } catch (error) {
        throw writeError(label, error);
      } finally {
        await handle.close();
      }
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const left = bytes.length - written;
    written += (await handle.write(bytes, written, left, position + written)).bytesWritten;
  }
}
