import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from '../../error.ts';

/** What naming and tidying up need from their surroundings. */
export interface TemporaryFileContext {
  readonly pid: number;
  readonly isProcessAlive: (pid: number) => boolean;
  randomBytes(length: number): Buffer;
  now(): Date;
}

/** How many files may come into place, one after the other, while the new one is put there. */
const ASIDES = 10;

/**
 * A new end of the names of temporary files: `.kmsx-PID-RANDOM.tmp`. RANDOM begins with 8 hexadecimal digits that are the
 * same wherever the PID means the same process (`pidSpace`).
 */
export function temporarySuffix(space: string, context: TemporaryFileContext): string {
  return `.kmsx-${context.pid}-${space}${context.randomBytes(6).toString('hex')}.tmp`;
}

/** The name of a temporary file beside `target`. */
export function temporaryName(target: string, suffix: string): string {
  return join(dirname(target), `.${basename(target)}${suffix}`);
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

/** The parts of a name that `temporaryName` made. */
interface TemporaryNameParts {
  /** The name of the file that it was to become. */
  readonly name: string;
  readonly pid: number;
  readonly space: string;
  /** What the names of files that were moved aside for it end with, but for a digit. */
  readonly random: string;
}

/** Undefined for other names. */
export function parseTemporaryName(entry: string): TemporaryNameParts | undefined {
  const parts = /^\.(.+)\.kmsx-(\d+)-([0-9a-f]{8})([0-9a-f]{12})\.tmp$/s.exec(entry);
  if (parts === null) return undefined;
  const [, name = '', pid = '', space = '', random = ''] = parts;
  return { name, pid: Number(pid), space, random };
}

/** The parts of a name that a file was moved aside to; undefined for other names. */
export function parseOldName(entry: string): { name: string; random: string } | undefined {
  const parts = /^(.+)\.old-\d{8}T\d{6}\.\d{3}Z(?:-([0-9a-f]{12})\d)?$/s.exec(entry);
  if (parts === null) return undefined;
  const [, name = '', random = ''] = parts;
  return { name, random };
}

/** 8 hexadecimal digits for the machine, since it was started, and the PID namespace. */
export function pidSpace(): string {
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
