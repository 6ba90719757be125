import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from '../error.ts';
import type { FileSteps } from './file-steps.ts';
import { isSameFile } from './file-steps.ts';

/** What naming and tidying up need from their surroundings. */
export interface TemporaryFileContext {
  readonly pid: number;
  isProcessAlive(pid: number): boolean;
  randomBytes(length: number): Buffer;
  now(): Date;
}

/** A temporary file of an earlier run that this run leaves alone. */
export interface Leftover {
  readonly temporary: string;
  /** The path of the old file, if that run was killed after moving it aside and before putting the new one in place. */
  readonly old: string | undefined;
}

/** What earlier runs left beside a file. */
export interface EarlierFiles {
  readonly leftovers: readonly Leftover[];
  /** The paths of files that were moved aside, but for those of a leftover. */
  readonly old: readonly string[];
}

/** Age at which a temporary file of a process that cannot be seen from here counts as left behind. */
const FOREIGN_LEFTOVER_MS = 60 * 60 * 1000;

/** How many files may come into place, one after the other, while the new one is put there. */
const ASIDES = 10;

/**
 * A new name for a temporary file beside `target`: `.NAME.kmsx-PID-RANDOM.tmp`. RANDOM begins with 8 hexadecimal digits
 * that are the same wherever the PID means the same process: on one machine since it was started, in one PID namespace.
 */
export function temporaryName(target: string, context: TemporaryFileContext): string {
  const random = pidSpace() + context.randomBytes(6).toString('hex');
  return join(dirname(target), `.${basename(target)}.kmsx-${context.pid}-${random}.tmp`);
}

/**
 * The names that old files have during a replacement, in order: `FILE.old-TIMESTAMP-RANDOM` and a digit. RANDOM is the
 * last 12 digits of the temporary file's, so that later runs recognise that the two belong together.
 */
export function asideNames(target: string, temporary: string, now: Date): string[] {
  const timestamp = now.toISOString().replaceAll(/[-:]/g, '');
  const random = /[0-9a-f]{12}(?=\.tmp$)/.exec(temporary)?.[0] ?? '';
  const stem = `${target}.old-${timestamp}-${random}`;
  return Array.from({ length: ASIDES }, (_, attempt) => `${stem}${attempt}`);
}

/** The name that an old file has in the end, if it is free: `FILE.old-TIMESTAMP`. */
export function oldName(aside: string): string {
  return aside.slice(0, aside.lastIndexOf('-'));
}

/**
 * Removes the temporary files of `target` whose process has ended. Those of an interrupted replacement stay, and so do
 * those of another machine or PID namespace, whose processes cannot be seen from here.
 *
 * @returns the files of interrupted replacements, and those from elsewhere that are older than an hour; and the files
 * that were moved aside, of which a run that was killed may have said nothing
 * @throws the system's error where the folder can't be read
 */
export async function removeLeftovers(
  target: string,
  context: TemporaryFileContext,
  steps: FileSteps,
): Promise<EarlierFiles> {
  const folder = dirname(target);
  const prefix = `.${basename(target)}.kmsx-`;
  const ownSpace = pidSpace();
  const entries = await readdir(folder);
  const stays: Leftover[] = [];
  for (const entry of entries) {
    if (!entry.startsWith(prefix)) continue;
    const name = /^(\d+)-([0-9a-f]{8})([0-9a-f]{12})\.tmp$/.exec(entry.slice(prefix.length));
    if (name === null) continue;
    const [, pid = '', space = '', random = ''] = name;
    const isHere = space === ownSpace;
    if (isHere && context.isProcessAlive(Number(pid))) continue;
    const temporary = join(folder, entry);
    try {
      const old = entries.find((other) => isAside(other, basename(target), random));
      const stats = lstatSync(temporary);
      const ageMs = context.now().getTime() - stats.mtimeMs;
      if (old !== undefined && !isSameFile(temporary, target)) {
        stays.push({ temporary, old: join(folder, old) });
      } else if (isHere) {
        (stats.isDirectory() ? steps.removeFolder : steps.unlink)(temporary);
      } else if (ageMs > FOREIGN_LEFTOVER_MS) {
        stays.push({ temporary, old: undefined });
      }
    } catch (error) {
      // Another user's file in a sticky folder, a folder that is not empty, removed by now: it does no harm.
      if (systemErrorCode(error) === undefined) throw error;
    }
  }
  const old = entries
    .filter((entry) => isOld(entry, basename(target)))
    .map((entry) => join(folder, entry))
    .filter((path) => stays.every((leftover) => leftover.old !== path))
    .sort();
  return { leftovers: stays, old };
}

function isOld(entry: string, name: string): boolean {
  if (!entry.startsWith(`${name}.old-`)) return false;
  return /^\d{8}T\d{6}\.\d{3}Z(?:-[0-9a-f]{12}\d)?$/.test(entry.slice(`${name}.old-`.length));
}

function isAside(entry: string, name: string, random: string): boolean {
  return entry.startsWith(`${name}.old-`) && entry.slice(0, -1).endsWith(`-${random}`);
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
    return hostname(); // macOS has neither, and only one PID namespace
  }
}
