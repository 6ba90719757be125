/* Takes the lock of a folder again and again, in a process of its own, and at last dies with it:
   node scripts/run-ts.js test/support/local-kms/lock-taker.ts FOLDER ROUNDS. Prints how many times it had the lock. */
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeStateLock } from '../../../src/local-kms/state/storage/state-lock.ts';

const [folder = '', rounds = ''] = process.argv.slice(2);
const context = {
  pid: process.pid,
  isProcessAlive: (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  },
  signal: new AbortController().signal,
};

for (let round = 1; ; round += 1) {
  const lock = await takeStateLock(folder, 60_000, context);
  // Fails if another process is between these two lines.
  closeSync(openSync(join(folder, 'inside'), 'wx'));
  await sleep(1);
  unlinkSync(join(folder, 'inside'));
  if (round === Number(rounds)) {
    process.stdout.write(String(round), () => process.exit(0));
    break;
  }
  lock.release();
}
