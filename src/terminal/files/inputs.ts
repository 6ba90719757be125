import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { access, open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kmsxError, systemErrorCode } from '../../base/error.ts';
import type { Io } from '../io.ts';
import type { Reporter } from '../reporter.ts';

/** No key file or document comes near this; a larger input is a mistake. */
const MAX_INPUT_BYTES = 1024 * 1024;
const NAMED_PIPE_POLL_MS = 20;

/** An input as read: its bytes, what it is called in messages, and which file it was. */
export interface Input {
  readonly bytes: Buffer;
  readonly label: string;
  /** `device:inode` of the regular file, so that no output becomes the same file. */
  readonly fileId: string | undefined;
}

/** An option and the path that it was given, before anything is read. */
export interface InputRequest {
  readonly option: string;
  readonly path: string;
}

/**
 * Refuses two inputs that would both read standard input.
 *
 * @throws KmsxError `input-twice-stdin`
 */
export function assertOneStdin(requests: readonly InputRequest[]): void {
  const [first, second] = requests.filter(({ path }) => isStdin(path));
  if (first === undefined || second === undefined) return;
  throw kmsxError(
    'input-twice-stdin',
    `${first.option} and ${second.option} cannot both read standard input`,
  );
}

/**
 * Reads a file, a pipe, or standard input for `-`.
 *
 * @param what - what is waited for when standard input is a terminal, as in "an export document"
 * @throws KmsxError `file-missing`, `file-unreadable`, `input-empty`, `input-too-large`
 */
export async function readInput(
  path: string,
  what: string,
  io: Io,
  reporter: Reporter,
): Promise<Input> {
  const input = isStdin(path)
    ? await readStdin(what, io, reporter)
    : await readFile(resolve(io.cwd, path), path, io.signal);
  if (input.bytes.length > MAX_INPUT_BYTES) {
    throw kmsxError(
      'input-too-large',
      `${input.label} is larger than 1 MiB, too large for ${what}`,
      {
        label: input.label,
      },
    );
  }
  if (input.bytes.length === 0) {
    throw kmsxError('input-empty', `${input.label} is empty; ${what} is needed`, {
      label: input.label,
    });
  }
  return input;
}

/**
 * Looks at a file that is read later, or by somebody else: it must be there, and no output may become it.
 *
 * @throws KmsxError `file-missing`, `file-unreadable`
 */
export async function inputFileId(path: string, io: Io): Promise<Pick<Input, 'fileId'>> {
  if (isStdin(path)) return { fileId: io.stdin.fileId };
  const resolved = resolve(io.cwd, path);
  try {
    await access(resolved, constants.R_OK);
    const stats = await stat(resolved);
    return { fileId: stats.isFile() ? `${stats.dev}:${stats.ino}` : undefined };
  } catch (error) {
    throw readError(path, error);
  }
}

function isStdin(path: string): boolean {
  return ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'].includes(path);
}

async function readStdin(what: string, io: Io, reporter: Reporter): Promise<Input> {
  if (io.stdin.isTerminal) {
    await reporter.note(`waiting for ${what} on standard input; end it with Ctrl-D`);
  }
  const bytes = await io.stdin.read(MAX_INPUT_BYTES).catch((error: unknown) => {
    throw kmsxError('stream-failed', 'standard input cannot be read', {}, error);
  });
  return { bytes, label: 'standard input', fileId: io.stdin.fileId };
}

async function readFile(path: string, label: string, signal: AbortSignal): Promise<Input> {
  let handle: FileHandle | undefined;
  try {
    // Not blocking: a named pipe that nobody writes to must not make the process deaf to signals.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    const bytes = await readUpTo(handle, stats, label, signal);
    const fileId = stats.isFile() ? `${stats.dev}:${stats.ino}` : undefined;
    return { bytes, label, fileId };
  } catch (error) {
    throw readError(label, error);
  } finally {
    await handle?.close();
  }
}

async function readUpTo(
  handle: FileHandle,
  stats: Stats,
  label: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const waitsForWriter = stats.isFIFO() && !/^\/(dev|proc\/self)\/fd\//.test(label);
  const buffer = Buffer.alloc(MAX_INPUT_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    signal.throwIfAborted();
    let bytesRead: number | undefined;
    try {
      ({ bytesRead } = await handle.read(buffer, length, buffer.length - length, null));
    } catch (error) {
      if (systemErrorCode(error) !== 'EAGAIN') throw error;
    }
    if (bytesRead === 0 && !(waitsForWriter && length === 0)) break;
    if (bytesRead === undefined || bytesRead === 0) {
      await delay(NAMED_PIPE_POLL_MS, undefined, { signal });
    } else {
      length += bytesRead;
    }
  }
  const bytes = Buffer.from(buffer.subarray(0, length));
  buffer.fill(0);
  return bytes;
}

function readError(label: string, error: unknown): unknown {
  switch (systemErrorCode(error)) {
    case 'ENOENT':
      return kmsxError('file-missing', `${label} does not exist`, { label }, error);
    case 'EISDIR':
      return kmsxError(
        'file-unreadable',
        `${label} is a folder`,
        { label, reason: 'folder' },
        error,
      );
    case undefined:
      return error;
    default:
      return kmsxError(
        'file-unreadable',
        `${label} cannot be read (${systemErrorCode(error) ?? ''})`,
        { label },
        error,
      );
  }
}
