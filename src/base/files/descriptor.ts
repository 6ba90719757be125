import { fstat, fsync, readdirSync, readFileSync, write } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemErrorCode } from '../error.ts';

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

/** How a descriptor was opened, where the system tells it (Linux). */
export function descriptorAccess(descriptor: number): 'read' | 'write' | 'both' | undefined {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
    const digits = /^flags:\s+([0-7]+)$/m.exec(info)?.[1] ?? '';
    return ACCESS[parseInt(digits, 8) & ACCESS_MODE];
  } catch {
    return undefined; // not Linux, or not open
  }
}

/** O_RDONLY, O_WRONLY and O_RDWR, and the bits that hold them. */
const ACCESS = ['read', 'write', 'both'] as const;
const ACCESS_MODE = 0o3;

/** The descriptors that are open in this process, where the system tells them. */
export function openDescriptors(): number[] {
  try {
    return readdirSync('/dev/fd').map(Number);
  } catch {
    return []; // a system without /dev/fd
  }
}
