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
import type { FileContext } from '../../base/files/durable-file.ts';
import { writeError } from '../../base/files/write-error.ts';
import { kmsxError, systemErrorCode } from '../../base/error.ts';

/** The lock of a state folder, held until it is released. */
export interface StateLock {
  /** Lets the next process take the lock. Harmless when called again. */
  release(): void;
}

type LockContext = Pick<FileContext, 'pid' | 'isProcessAlive' | 'signal'>;

interface HeldLock {
  readonly path: string;
  readonly owner: string;
}

const POLL_MS = 20;

/** A process id and, where it could be had, when the process was started. */
const OWNER = /^(\d{1,10})(?: (\d{1,20}))?$/;

/**
 * Takes the lock of a state folder, waiting for at most `waitMs`; 0 refuses at once.
 *
 * Lock files are numbered, `lock.1`, `lock.2`, …, and the highest number decides: it holds the process id of
 * its owner and, after a blank, when that process was started (on Linux, in clock ticks since the boot), or
 * nothing once it was released. The second tells the owner from a later process that was given the same id. Whoever finds the owner gone takes the lock by creating the next
 * number, which the file system lets only one process do, and never by removing anything; so two processes that
 * see the same stale lock cannot both get it. The owner clears away the old numbers, all but the last.
 *
 * @throws KmsxError `state-locked`, `details.path` being the lock file; `file-unwritable` and its like where the folder cannot be used
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
    if ('release' in attempt) return attempt;
    if (performance.now() >= deadline) {
      const { path } = attempt;
      const pid = OWNER.exec(attempt.owner)?.[1] ?? 'unknown';
      const details = { folder, pid, path };
      throw kmsxError('state-locked', `${folder} is in use by process ${pid}`, details);
    }
    // Aborting ends the sleep; the loop then throws the signal's own reason.
    await sleep(POLL_MS, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** The lock, or the file and the owner of a lock that is held. */
function tryToLock(folder: string, context: LockContext): StateLock | HeldLock {
  try {
    for (;;) {
      const highest = lockNumbers(folder).at(-1) ?? 0;
      const path = join(folder, `lock.${highest}`);
      const owner = highest === 0 ? '' : ownerOf(path);
      if (owner !== '' && isHeld(path, owner, context)) return { path, owner };
      const lock = createLock(folder, highest + 1, owner, context.pid);
      if (lock !== undefined) return lock;
    }
  } catch (error) {
    throw writeError(join(folder, 'lock'), error);
  }
}

function createLock(
  folder: string,
  number: number,
  seenOwner: string,
  pid: number,
): StateLock | undefined {
  const path = join(folder, `lock.${number}`);
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, ownerText(pid));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  const numbers = lockNumbers(folder);
  // A file is empty until its owner stands in it, and may have been taken for a released one. Whoever wrote its own before
  // it listed the others sees the later one, or is seen here: never do both keep theirs.
  const isAsSeen = number === 1 || ownerOf(join(folder, `lock.${number - 1}`)) === seenOwner;
  if (numbers.at(-1) !== number || !isAsSeen) {
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

function ownerText(pid: number): string {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? String(pid) : `${pid} ${startTime}`;
}

/** When a process was started: field 22 of proc(5)'s stat, in clock ticks since the boot. */
function startTimeOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // no Linux, or another user's process that is hidden: the process id must do
  }
  // Field 2 is the program's name in parentheses, and may hold blanks and parentheses itself.
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3];
  return startTime !== undefined && /^\d{1,20}$/.test(startTime) ? startTime : undefined;
}

function isHeld(path: string, owner: string, context: LockContext): boolean {
  const [, digits, startTime] = OWNER.exec(owner) ?? [];
  // Whatever wrote this, it is not for this program to say that it is gone.
  if (digits === undefined) return true;
  const pid = Number(digits);
  if (pid !== context.pid && !context.isProcessAlive(pid)) return false;
  const startTimeNow = startTimeOf(pid);
  if (startTime !== undefined && startTimeNow !== undefined) return startTime === startTimeNow;
  if (pid !== context.pid) return true;
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
