import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { kmsxError, systemErrorCode } from '../../base/error.ts';

const NAMED_PIPE_POLL_MS = 20;

/**
 * Opens a device or named pipe for writing; waits until a named pipe has a reader. What is opened in the end must be what
 * was found: a file that has taken its name meanwhile is not written to.
 *
 * @param label - what it is called in errors
 * @param noteWaiting - called once, if there is no reader yet
 * @throws KmsxError `file-unwritable`; the system's error, and the reason of `signal`
 */
export async function openSpecial(
  path: string,
  label: string,
  stats: Stats,
  noteWaiting: () => Promise<void>,
  signal: AbortSignal,
): Promise<FileHandle> {
  for (let noted = false; ; noted = true) {
    try {
      return await openSame(path, label, stats);
    } catch (error) {
      const code = systemErrorCode(error);
      if (stats.isFIFO() && code === 'ENOENT') throw replaced(label);
      if (!(stats.isFIFO() && code === 'ENXIO')) throw error;
    }
    if (!noted) await noteWaiting();
    await delay(NAMED_PIPE_POLL_MS, undefined, { signal });
  }
}

async function openSame(path: string, label: string, stats: Stats): Promise<FileHandle> {
  const handle = await open(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  const { dev, ino } = await handle.stat();
  if (dev === stats.dev && ino === stats.ino) return handle;
  await handle.close();
  throw replaced(label);
}

function replaced(label: string): Error {
  return kmsxError(
    'file-unwritable',
    `${label} was replaced by another file in the meantime, or removed`,
    { hints: ['run the command again'] },
  );
}
