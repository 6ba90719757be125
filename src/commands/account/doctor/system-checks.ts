import { readFile } from 'node:fs/promises';
import { kmsxError } from '../../../base/error.ts';
import { version } from '../../../terminal/version.ts';
import type { CheckResult } from './check.ts';
import { fail, notReached, pass, warn } from './check.ts';

/** Reads a small text file of the system; undefined if there is none, as on macOS. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Crash handlers that store nothing of a process whose limit is 0 (core(5), and their own manuals). */
const OBEDIENT_HANDLERS = /^\|\S*\/(?:systemd-coredump|apport)\b/;

const NO_PROC = 'this system has no /proc';

/**
 * Whether a crash would write the memory of this process, which may hold a key, to a disk (Linux: proc(5)
 * `/proc/self/limits`, core(5)).
 */
export async function checkCoreDumps(readText: ReadText): Promise<CheckResult> {
  const limits = await readText('/proc/self/limits');
  const limit = /^Max core file size\s+(\S+)/m.exec(limits ?? '')?.[1];
  if (limit === undefined) return notReached(`core dumps are unknown: ${NO_PROC}`, 'ulimit -c 0');
  const pattern = (await readText('/proc/sys/kernel/core_pattern'))?.trim() ?? '';
  if (limit !== '0') {
    return warn(
      `core dumps are on (limit ${limit}): a crash could write a key to a file`,
      'ulimit -c 0, in the shell that runs kmsx',
    );
  }
  if (pattern.startsWith('|') && !OBEDIENT_HANDLERS.test(pattern)) {
    return warn(
      `core dumps go to ${pattern.slice(1).split(' ', 1)[0] ?? ''}, whatever the limit`,
      'sudo sysctl -w kernel.core_pattern=core, or make sure that this program stores nothing',
    );
  }
  return pass('core dumps are off');
}

/** Whether memory that holds a key may be written to a disk (Linux: proc(5) `/proc/swaps`). */
export async function checkSwap(readText: ReadText): Promise<CheckResult> {
  const text = await readText('/proc/swaps');
  if (text?.startsWith('Filename') !== true) {
    return notReached(`swap is unknown: ${NO_PROC}`, 'sysctl vm.swapusage, on macOS');
  }
  const areas = text
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s/, 1)[0] ?? '')
    .filter((area) => area !== '');
  const onDisk = areas.filter((area) => !/^\/(?:dev\/)?zram\d+$/.test(area));
  if (onDisk.length > 0) {
    return warn(
      `swap is on (${onDisk.join(', ')}): memory with a key in it may be written there`,
      'sudo swapoff -a, unless the swap is encrypted with a new key at every boot',
    );
  }
  return pass(areas.length === 0 ? 'no swap' : 'swap is compressed memory only (zram)');
}

const OLDEST_NODE = 20;

export function checkVersions(nodeVersion: string): CheckResult {
  const message = `kmsx ${version}, Node.js ${nodeVersion}`;
  return Number.parseInt(nodeVersion, 10) >= OLDEST_NODE
    ? pass(message)
    : warn(message, `kmsx needs Node.js ${OLDEST_NODE} or newer`);
}

const CLOCK_WARN_MS = 60_000;

/** What KMS allows (`InvalidTimeStamp.Expired`). */
const CLOCK_FAIL_MS = 15 * 60_000;

/**
 * Judges this machine's clock.
 *
 * @param skewMs - how far the other clock is ahead, in milliseconds; a Date header has whole seconds
 */
export function checkClock(skewMs: number): CheckResult {
  const distance = Math.abs(skewMs);
  const message = `the clock here is ${inWords(distance)} ${skewMs > 0 ? 'behind' : 'ahead of'} that of the gateway`;
  if (distance > CLOCK_FAIL_MS) return fail(kmsxError('clock-wrong', message));
  if (distance > CLOCK_WARN_MS) {
    return warn(
      message,
      'set the clock: timedatectl set-ntp true; date -u compares; KMS allows 15 minutes',
    );
  }
  return pass(distance < 2000 ? 'the clock here is right' : message);
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** What cannot be read is unknown, whatever the reason. */
export async function readSystemText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
