import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from '../error.ts';

/** What naming and tidying up need of the world. */
export interface TemporaryFileContext {
  readonly pid: number;
  isProcessAlive(pid: number): boolean;
  randomBytes(length: number): Buffer;
  now(): Date;
}

/** A leftover of a process that cannot be seen from here is left alone so long. */
const FOREIGN_LEFTOVER_MS = 60 * 60 * 1000;

/**
 * A new name for a temporary file beside `target`: `.NAME.kmsx-PID-RANDOM.tmp`. RANDOM begins with 8 hexadecimal digits
 * that are the same wherever the PID means the same process: on one machine since it was started, in one PID namespace.
 */
export function temporaryName(target: string, context: TemporaryFileContext): string {
  const random = pidSpace() + context.randomBytes(6).toString('hex');
  return join(dirname(target), `.${basename(target)}.kmsx-${context.pid}-${random}.tmp`);
}

/**
 * Removes the temporary files of `target` that were left behind: those whose process is gone, or, where another machine
 * or PID namespace made them, so that nobody can tell from here, those older than an hour. What can't be removed stays.
 *
 * @throws the system's error where the folder can't be read
 */
export async function removeLeftovers(
  target: string,
  context: TemporaryFileContext,
): Promise<void> {
  const folder = dirname(target);
  const prefix = `.${basename(target)}.kmsx-`;
  const ownSpace = pidSpace();
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(prefix)) continue;
    const name = /^(\d+)-([0-9a-f]+)\.tmp$/.exec(entry.slice(prefix.length));
    if (name === null) continue;
    const [, pid = '', random = ''] = name;
    const path = join(folder, entry);
    try {
      const isLeft = random.startsWith(ownSpace)
        ? !context.isProcessAlive(Number(pid))
        : context.now().getTime() - lstatSync(path).mtimeMs > FOREIGN_LEFTOVER_MS;
      if (isLeft) unlinkSync(path);
    } catch (error) {
      // Another user's in a sticky folder, a folder, gone meanwhile: it hinders nobody.
      if (systemErrorCode(error) === undefined) throw error;
    }
  }
}

/** 8 hexadecimal digits for the machine, since it was started, and the PID namespace. */
function pidSpace(): string {
  return createHash('sha256').update(pidSpaceFacts()).digest('hex').slice(0, 8);
}

function pidSpaceFacts(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return hostname(); // macOS has neither: a machine has one space of PIDs there
  }
}
