import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../error.ts';

/** How long a pipe with configuration may be silent, in milliseconds. */
export const PIPE_SILENCE_MS = 10_000;

const POLL_MS = 20;

export interface Patience {
  /** How long a pipe may be silent; by default for ever. */
  readonly silenceMs?: number;
  /** Wait until a named pipe has a writer; otherwise one without a writer is empty. */
  readonly waitForWriter?: boolean;
  readonly signal?: AbortSignal;
  /** Of the file, where they are known. */
  readonly stats?: Stats;
}

/** Opens a file or pipe without blocking: an open that waits for a writer holds a thread, even when the process ends. */
export async function openPatiently(path: string): Promise<FileHandle> {
  return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

/**
 * Reads a file or pipe from `openPatiently` to its end, but no more than `maxBytes + 1` bytes. It polls a pipe whose
 * writer is silent, so that no thread is blocked. The result is the only copy of what was read.
 *
 * @throws a system error: `EAGAIN` if a pipe is silent for too long; the reason of `signal`
 */
export async function readUpTo(
  file: FileHandle,
  maxBytes: number,
  { silenceMs = Infinity, waitForWriter = false, signal, stats: known }: Patience = {},
): Promise<Buffer> {
  const stats = known ?? (await file.stat());
  const hasEnd = stats.isFile() && stats.size > 0;
  // One byte more than the file has, to see that it ends there. The kernel's files say that they have none.
  let buffer = Buffer.alloc((hasEnd ? Math.min(stats.size, maxBytes) : maxBytes) + 1);
  try {
    let length = 0;
    let silentMs = 0;
    while (length <= maxBytes) {
      signal?.throwIfAborted();
      if (length === buffer.length) buffer = movedInto(Buffer.alloc(maxBytes + 1), buffer);
      let bytesRead: number | undefined;
      try {
        ({ bytesRead } = await file.read(buffer, length, buffer.length - length, null));
      } catch (error) {
        if (systemErrorCode(error) !== 'EAGAIN' || silentMs >= silenceMs) throw error;
      }
      if (bytesRead === 0 && !(waitForWriter && length === 0)) break;
      if (bytesRead === undefined || bytesRead === 0) {
        await delay(POLL_MS, undefined, { signal });
        silentMs += POLL_MS;
      } else {
        length += bytesRead;
        silentMs = 0;
        if (hasEnd && length === stats.size) break; // there was room for one byte more
      }
    }
    return Buffer.from(buffer.subarray(0, length));
  } finally {
    buffer.fill(0);
  }
}

/** The larger buffer, with the bytes of the other, which is zeroed. */
function movedInto<T extends Buffer>(larger: T, buffer: Buffer): T {
  buffer.copy(larger);
  buffer.fill(0);
  return larger;
}
