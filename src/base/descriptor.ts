import { fstat, fsync, write } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemErrorCode } from './error.ts';

const writeAsync = promisify(write);
const fstatAsync = promisify(fstat);
const fsyncAsync = promisify(fsync);

/** How long to wait before a full pipe is tried again, in milliseconds. */
const FULL_PIPE_MS = 10;

/**
 * Writes every byte to an open descriptor: a pipe, a device, a socket or a file. A regular file is synced
 * to stable storage afterwards.
 *
 * @throws the system's own error (`EPIPE`, `ENOSPC`, …)
 */
export async function writeDescriptor(
  descriptor: number,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    signal.throwIfAborted();
    try {
      const result = await writeAsync(descriptor, bytes, written, bytes.length - written, null);
      written += result.bytesWritten;
    } catch (error) {
      if (systemErrorCode(error) !== 'EAGAIN') throw error;
      await delay(FULL_PIPE_MS, undefined, { signal });
    }
  }
  const stats = await fstatAsync(descriptor);
  if (stats.isFile()) await fsyncAsync(descriptor);
}
