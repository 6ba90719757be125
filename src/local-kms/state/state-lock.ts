import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileContext } from '../../base/durable-file.ts';
import { writeError } from '../../base/durable-file.ts';
import { kmsxError, systemErrorCode } from '../../base/error.ts';

/** The lock of a state folder, held until it is released. */
export interface StateLock {
  /** Lets the next process take the lock. Harmless when called again. */
  release(): void;
}

type LockContext = Pick<FileContext, 'pid' | 'isProcessAlive' | 'signal'>;

const POLL_MS = 20;

/**
 * Takes the lock of a state folder, waiting for at most `waitMs`; 0 refuses at once.
 *
 * Lock files are numbered, `lock.1`, `lock.2`, …, and the highest number decides: it holds the process id of
 * its owner, or nothing once it was released. Whoever finds the owner gone takes the lock by creating the next
 * number, which the file system lets only one process do, and never by removing anything; so two processes that
 * see the same stale lock cannot both get it. The owner clears away the old numbers, all but the last.
 *
 * @throws KmsxError `state-locked`; `file-unwritable` and its like where the folder cannot be used
 */
export async function takeStateLock(
  folder: string,
  waitMs: number,
  context: LockContext,
): Promise<StateLock> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    context.signal.throwIfAborted();
    const attempt = tryToLock(folder, context);
    if (typeof attempt === 'object') return attempt;
    if (performance.now() >= deadline) {
      const pid = /^\d+$/.test(attempt) ? attempt : 'unknown';
      throw kmsxError('state-locked', `${folder} is in use by process ${pid}`, { folder, pid });
    }
    // Aborting ends the sleep; the loop then throws the signal's own reason.
    await sleep(POLL_MS, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** The lock, or the owner of a lock that is held. */
function tryToLock(folder: string, context: LockContext): StateLock | string {
  try {
    for (;;) {
      const highest = lockNumbers(folder).at(-1) ?? 0;
      const owner = highest === 0 ? '' : ownerOf(join(folder, `lock.${highest}`));
      if (owner !== '' && isHeld(join(folder, `lock.${highest}`), owner, context)) return owner;
      const lock = createLock(folder, highest + 1, context.pid);
      if (lock !== undefined) return lock;
    }
  } catch (error) {
    throw writeError(join(folder, 'lock'), error);
  }
}

function createLock(folder: string, number: number, pid: number): StateLock | undefined {
  const path = join(folder, `lock.${number}`);
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, String(pid));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  const numbers = lockNumbers(folder);
  if (numbers.at(-1) !== number) {
    // What was seen was out of date, or the file was taken for a released one before its owner stood in it.
    ignoringMissing(() => {
      unlinkSync(path);
    });
    return undefined;
  }
  for (const old of numbers.slice(0, -2)) {
    ignoringMissing(() => {
      unlinkSync(join(folder, `lock.${old}`));
    });
  }
  return {
    release: () => {
      ignoringMissing(() => {
        truncateSync(path);
      });
    },
  };
}

function lockNumbers(folder: string): number[] {
  return readdirSync(folder)
    .map((name) => /^lock\.([1-9]\d{0,14})$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function ownerOf(path: string): string {
  let owner = '';
  ignoringMissing(() => {
    owner = readFileSync(path, 'latin1');
  });
  return owner;
}

function isHeld(path: string, owner: string, context: LockContext): boolean {
  // Whatever wrote this, it is not for this program to say that it is gone.
  if (!/^\d{1,10}$/.test(owner)) return true;
  if (Number(owner) !== context.pid) return context.isProcessAlive(Number(owner));
  // In a container every run may have the same process id: a lock from before this process is not its own.
  let takenAt = 0;
  ignoringMissing(() => {
    takenAt = statSync(path).mtimeMs;
  });
  return takenAt >= performance.timeOrigin;
}

function ignoringMissing(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
