import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startKmsServer } from './kms-server.ts';
import { KmsxProcess } from '../kmsx-process.ts';
import { markdownTable } from '../table.ts';

const CONNECTIONS = 64;
const AT_ONCE = 20_000;
const [SOME, ALL] = [100_000, 1_000_000];
/** A table of a million nonces has 16 MiB, beside one of half as much while it grows; the collector lets the rest lie. */
const TARGET_GROWTH_MIB = 40;

/**
 * Sends a million signed calls to one process of the embedded KMS, whose log goes to a file: memory must stay as it is after
 * the first hundred thousand, but for the nonces, and the log must have a line for each.
 *
 * @param folder - takes every file
 */
export async function localKmsLongTable(root: string, folder: string): Promise<string> {
  const log = join(folder, 'kms.log');
  const kms = await startKmsServer(new KmsxProcess(root, folder, {}, log));
  const mibs = new Map<number, number>();
  try {
    for (let sent = AT_ONCE; sent <= ALL; sent += AT_ONCE) {
      await kms.send(AT_ONCE, CONNECTIONS);
      if (sent === SOME || sent === ALL) mibs.set(sent, kms.mib());
    }
  } finally {
    await kms.stop();
  }
  const [some = NaN, all = NaN] = [mibs.get(SOME), mibs.get(ALL)];
  const lines = countLines(log);
  const growth = all - some;
  return markdownTable(
    ['A long run of `local-kms`', 'most memory', 'lines of its log', 'target', ''],
    [
      [`${SOME.toLocaleString('en')} calls`, `${some.toFixed(0)} MiB`, '', '', ''],
      [
        `${ALL.toLocaleString('en')} calls`,
        `${all.toFixed(0)} MiB`,
        lines.toLocaleString('en'),
        `+ ${TARGET_GROWTH_MIB} MiB, a line each`,
        growth <= TARGET_GROWTH_MIB && lines === ALL ? 'met' : 'not met',
      ],
    ],
  );
}

function countLines(path: string): number {
  if (statSync(path).size >= 2 ** 31) throw new Error('too long a log');
  return readFileSync(path).reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0);
}
