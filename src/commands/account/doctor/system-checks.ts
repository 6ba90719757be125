import type { Verdict } from './check.ts';
import { notReached, pass, warn } from './check.ts';

/** Reads a small text file of the system; undefined where there is none, as on macOS. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Crash handlers that keep nothing of a process whose limit is 0 (core(5), and their own manuals). */
const OBEDIENT_HANDLERS = /^\|\S*\/(?:systemd-coredump|apport)\b/;

const NO_PROC = 'this system has no /proc that tells';

/**
 * Whether a crash would write the memory of this process, with a key in it, to a disk (Linux: proc(5)
 * `/proc/self/limits`, core(5)).
 */
export async function checkCoreDumps(readText: ReadText): Promise<Verdict> {
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
      `core dumps go to ${pattern.slice(1).split(' ', 1)[0] ?? ''}, whatever their limit`,
      'sudo sysctl -w kernel.core_pattern=core, or see to it that this program keeps nothing',
    );
  }
  return pass('core dumps are off');
}

/** Whether memory with a key in it may be written to a disk (Linux: proc(5) `/proc/swaps`). */
export async function checkSwap(readText: ReadText): Promise<Verdict> {
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
      'sudo swapoff -a, unless the swap is encrypted with a key that goes at every boot',
    );
  }
  return pass(areas.length === 0 ? 'no swap' : 'swap is compressed memory only (zram)');
}
