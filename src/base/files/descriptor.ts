import type { Stats } from 'node:fs';
import { fstat, fstatSync, fsync, readdirSync, readFileSync, write } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemErrorCode } from '../error.ts';

const writeAsync = promisify(write);
const fstatAsync = promisify(fstat);
const fsyncAsync = promisify(fsync);

const FULL_PIPE_MS = 10;

/**
 * Writes all bytes to an open descriptor of a pipe, device, socket or file, and syncs it if it is a regular file.
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

/** Whether a descriptor was opened for reading only; false where the system does not say (it does on Linux). */
export function isReadOnly(descriptor: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
    // O_RDONLY is 0 in the two lowest bits of an octal number.
    return /^flags:\s+[0-7]*[04]$/m.test(info);
  } catch {
    return false;
  }
}

/** Whether this process can also read from a pipe that it writes to, as from Node's own. */
export function isReadHere({ dev, ino }: Stats): boolean {
  return openDescriptors().some((descriptor) => {
    try {
      const other = fstatSync(descriptor);
      return other.dev === dev && other.ino === ino && isReadOnly(descriptor);
    } catch {
      return false; // the descriptor of the listing itself is closed by now
    }
  });
}

function openDescriptors(): number[] {
  try {
    return readdirSync('/dev/fd').map(Number);
  } catch {
    return []; // a system without /dev/fd
  }
}
