import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../../base/error.ts';

const NAMED_PIPE_POLL_MS = 20;

/**
 * Opens a device or named pipe for writing; waits until a named pipe has a reader.
 *
 * @param noteWaiting - called once, if there is no reader yet
 * @throws the system's error, and the reason of `signal`
 */
export async function openSpecial(
  path: string,
  stats: Stats,
  noteWaiting: () => Promise<void>,
  signal: AbortSignal,
): Promise<FileHandle> {
  for (let noted = false; ; noted = true) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch (error) {
      if (!(stats.isFIFO() && systemErrorCode(error) === 'ENXIO')) throw error;
    }
    if (!noted) await noteWaiting();
    await delay(NAMED_PIPE_POLL_MS, undefined, { signal });
  }
}
