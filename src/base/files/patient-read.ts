import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../error.ts';

/** How long a pipe may be silent. */
const PIPE_TIMEOUT_MS = 10_000;
const PIPE_POLL_MS = 20;

/**
 * Opens a file or a pipe (`/dev/fd/3`) to be read, without waiting for somebody who writes it: Node waits on a thread that
 * can't be had back, also not at the end of the process. A named pipe that nobody writes is empty.
 *
 * @throws a system error
 */
export async function openPatiently(path: string): Promise<FileHandle> {
  return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

/**
 * Reads into a buffer, and waits, without a thread, where the writer of a pipe has not written yet.
 *
 * @returns how many bytes were read; 0 at the end
 * @throws a system error: EAGAIN where a pipe says nothing for ten seconds
 */
export async function readPatiently(file: FileHandle, buffer: Buffer): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += PIPE_POLL_MS) {
    try {
      const { bytesRead } = await file.read(buffer);
      return bytesRead;
    } catch (error) {
      if (systemErrorCode(error) !== 'EAGAIN' || waitedMs >= PIPE_TIMEOUT_MS) throw error;
    }
    await delay(PIPE_POLL_MS);
  }
}
