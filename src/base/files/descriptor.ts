import type { Stats } from 'node:fs';
import { constants, fstat, fstatSync, fsync, readdirSync, readFileSync, statSync } from 'node:fs';
import { write } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
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

/** How a descriptor was opened: the lowest two bits of its flags (open(2)); undefined where the system does not say. */
function accessMode(descriptor: number): number | undefined {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
    const flags = /^flags:\s+([0-7]+)$/m.exec(info)?.[1];
    return flags === undefined ? undefined : Number.parseInt(flags, 8) & 3;
  } catch {
    return undefined; // it is closed, or this is not Linux
  }
}

function isReadOnly(descriptor: number): boolean {
  return accessMode(descriptor) === constants.O_RDONLY;
}

/**
 * Whether what is written to a descriptor gets anywhere. A standard stream that was closed when Node.js started is
 * `/dev/null`, which Node.js opens for reading and writing in its place; a shell's `> /dev/null` is for writing alone.
 * True where the system does not say (it does on Linux).
 */
export function isOpenForWriting(descriptor: number): boolean {
  const mode = accessMode(descriptor);
  if (mode === constants.O_RDONLY) return false;
  return descriptor > 2 || mode !== constants.O_RDWR || !isNullDevice(descriptor);
}

function isNullDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).rdev === statSync('/dev/null').rdev;
  } catch {
    return false; // it is closed, or the system has none
  }
}

/** Whether a terminal is behind a descriptor. Files, pipes and /dev/null are known without what terminals need. */
export function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false; // it is closed
  }
  return !isNullDevice(descriptor) && isatty(descriptor);
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
