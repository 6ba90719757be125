import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { kmsxError, systemErrorCode } from '../../error.ts';
import type { FileContext } from '../durable-file.ts';
import { pidSpace } from '../temporary/temporary-name.ts';
import { writeError } from '../errors/write-error.ts';

/** A lock that this process holds. */
export interface Lock {
  /** Releases the lock; further calls do nothing. */
  release(): void;
}

/** A lock that another process holds. */
export interface HeldLock {
  /** The lock file. */
  readonly path: string;
  /** Of the process, where the file tells it. */
  readonly pid: string;
  /** The host of a process that can't be looked for from here: on another machine, in another container. */
  readonly elsewhere: string | undefined;
}

/** Who holds a lock, as in "is in use by …". */
export function holderOf({ pid, elsewhere }: HeldLock): string {
  return elsewhere === undefined
    ? `process ${pid}`
    : `process ${pid} of ${elsewhere}, which can't be seen from here`;
}

export type LockContext = Pick<FileContext, 'pid' | 'isProcessAlive' | 'signal'>;

const POLL_MS = 20;

const MAX_OWNER_BYTES = 512;

/** The name of the file that a lock beside it is of; undefined for what is not named as a lock is. */
export function lockedName(lock: string): string | undefined {
  return /^(.+)\.lock\.[1-9]\d{0,14}$/s.exec(lock)?.[1];
}

/** A process id, where it means that process (`pidSpace`), the host, and if available when the process was started. */
const OWNER = /^(\d{1,10}) ([0-9a-f]{8}) ([^ ]{1,255})(?: (\d{1,20}))?$/;

/**
 * Takes a lock between processes that use one folder, waiting for at most `waitMs`; 0 gives up at once.
 *
 * Lock files are numbered, `PATH.1`, `PATH.2`, …, and the highest number decides. It holds the process id of its owner,
 * where that id means the owner, the host, and when the owner was started (on Linux, in clock ticks since boot), which
 * tells it from a later process with the same id; a released lock is empty. A process that finds the owner gone takes
 * the lock by creating the next number, which the file system lets only one process do, and never by removing a file; so
 * two processes that see the same stale lock cannot both get it. Of an owner in another container, on another machine or
 * from before the machine was started it can't be seen whether it is gone: its lock is held until a person removes the
 * file. The owner removes the old numbers, but for the last.
 *
 * @param path - of the lock files, without their numbers
 * @returns the lock, or by whom it is held
 * @throws KmsxError `file-unwritable` and similar if the folder cannot be used
 */
export async function takeLock(
  path: string,
  waitMs: number,
  context: LockContext,
): Promise<Lock | HeldLock> {
  const patience = AbortSignal.timeout(waitMs);
  for (;;) {
    context.signal.throwIfAborted();
    const attempt = tryToLock(path, context);
    if ('release' in attempt || waitMs === 0 || patience.aborted) return attempt;
    // Aborting ends the sleep; the loop then throws the signal's own reason.
    await sleep(POLL_MS, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

function tryToLock(path: string, context: LockContext): Lock | HeldLock {
  try {
    for (;;) {
      const highest = lockNumbers(path).at(-1) ?? 0;
      const file = `${path}.${highest}`;
      const owner = highest === 0 ? '' : ownerOf(file);
      if (owner !== '' && isHeld(file, owner, context)) {
        const [, pid = 'unknown', space, host] = OWNER.exec(owner) ?? [];
        return { path: file, pid, elsewhere: space === pidSpace() ? undefined : host };
      }
      const lock = createLock(path, highest + 1, owner, context.pid);
      if (lock !== undefined) return lock;
    }
  } catch (error) {
    throw writeError(path, error);
  }
}

function createLock(
  prefix: string,
  number: number,
  seenOwner: string,
  pid: number,
): Lock | undefined {
  const path = `${prefix}.${number}`;
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  try {
    writeSync(file, ownerText(pid));
  } finally {
    closeSync(file);
  }
  const numbers = lockNumbers(prefix);
  // A file is empty until its owner is written, and may have looked released until then. Each process writes its own file
  // before it lists the others, so of two at least one sees the other: never do both keep theirs.
  const isAsSeen = number === 1 || ownerOf(`${prefix}.${number - 1}`) === seenOwner;
  if (numbers.at(-1) !== number || !isAsSeen) {
    ignoringMissing(() => {
      unlinkSync(path);
    });
    return undefined;
  }
  for (const old of numbers.slice(0, -2)) {
    ignoringMissing(() => {
      unlinkSync(`${prefix}.${old}`);
    });
  }
  return {
    release: () => {
      try {
        truncateSync(path);
      } catch (error) {
        // The work is done, and the lock counts for nothing once this process has ended.
        if (systemErrorCode(error) === undefined) throw error;
      }
    },
  };
}

function lockNumbers(prefix: string): number[] {
  const name = `${basename(prefix)}.`;
  return readdirSync(dirname(prefix))
    .filter((entry) => entry.startsWith(name))
    .map((entry) => /^[1-9]\d{0,14}$/.exec(entry.slice(name.length))?.[0])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function ownerOf(path: string): string {
  let owner = '';
  ignoringMissing(() => {
    // Of anything but a file, such as a named pipe, opening and reading could wait for ever.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) throw notRegular(path);
      const bytes = Buffer.alloc(MAX_OWNER_BYTES);
      owner = bytes.toString('latin1', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  });
  return owner;
}

function notRegular(path: string): Error {
  return kmsxError('file-unreadable', `${path} is not a regular file`, {
    hints: ['give an empty folder, or move that file away'],
  });
}

function ownerText(pid: number): string {
  const startTime = startTimeOf(pid);
  const host = hostname().replaceAll(/[^!-~]/g, '?') || '?';
  const owner = `${pid} ${pidSpace()} ${host}`;
  return startTime === undefined ? owner : `${owner} ${startTime}`;
}

/** When a process was started: field 22 of proc(5)'s stat, in clock ticks since the boot. */
function startTimeOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // not Linux, or another user's hidden process: only the process id is known
  }
  // Field 2 is the program's name in parentheses, and may contain blanks and parentheses.
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3];
  return startTime !== undefined && /^\d{1,20}$/.test(startTime) ? startTime : undefined;
}

function isHeld(path: string, owner: string, context: LockContext): boolean {
  const [, digits, space, , startTime] = OWNER.exec(owner) ?? [];
  // Not written by this program, or where its processes can't be seen: never assume that its owner is gone.
  if (digits === undefined || space !== pidSpace()) return true;
  const pid = Number(digits);
  if (pid !== context.pid && !context.isProcessAlive(pid)) return false;
  const startTimeNow = startTimeOf(pid);
  if (startTime !== undefined && startTimeNow !== undefined) return startTime === startTimeNow;
  if (pid !== context.pid) return true;
  // In a container every run may have the same process id: a lock older than this process is not its own.
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
