import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ceremony } from '../ceremony.ts';
import type { GrowingThing } from './growing-things.ts';
import { growingThings, MOST } from './growing-things.ts';
import type { Used } from '../kmsx-process.ts';
import { markdownTable } from '../table.ts';

/** How often a command is run: the least time counts. */
const RUNS = 3;
/** What takes as long is run once. */
const LONG_MS = 1_000;
/** What takes less than so much more than the start tells nothing. */
const LEAST_SHARE = 0.1;

interface Measured extends Used {
  readonly size: number;
}

/**
 * Runs a command for 1 to 10,000 of a thing, and tells the processors' time, memory, and the exponent of the growth between
 * the two largest sizes, of the time beyond that of the least: 1 is linear.
 *
 * @param folder - takes every file
 */
export async function growthTable(ceremony: Ceremony, folder: string): Promise<string> {
  const columns = powersOfTen(MOST);
  const rows: string[][] = [];
  for (const thing of growingThings(ceremony, folder)) {
    const { least = 1, most = MOST } = thing;
    const between = powersOfTen(most).filter((size) => size > least && size < most);
    const measured: Measured[] = [];
    for (const size of [least, ...between, most]) {
      measured.push(await measure(thing, size, ceremony, folder));
    }
    const cells = columns.map((column) => {
      const one = measured.find(({ size }) => size <= column && size * 10 > column);
      if (one === undefined) return '';
      const asked = one.size === column ? '' : `${one.size}: `;
      return `${asked}${(one.cpuMs / 1000).toFixed(2)} s, ${one.mib.toFixed(0)} MiB`;
    });
    rows.push([thing.name, ...cells, exponentOf(measured)]);
  }
  const head = columns.map((size) => size.toLocaleString('en'));
  return markdownTable(['Growth: processors’ time, memory', ...head, 'exponent'], rows);
}

/** Empty where the time hardly grows. */
function exponentOf(measured: readonly Measured[]): string {
  const [least] = measured;
  const [before, last] = measured.slice(-2);
  if (least === undefined || before === undefined || last === undefined) return '';
  const beyond = ({ cpuMs }: Measured): number => cpuMs - least.cpuMs;
  if (beyond(before) < LEAST_SHARE * least.cpuMs) return '';
  const exponent = Math.log(beyond(last) / beyond(before)) / Math.log(last.size / before.size);
  return exponent.toFixed(2);
}

async function measure(
  { prepare }: GrowingThing,
  size: number,
  { processes }: Ceremony,
  folder: string,
): Promise<Measured> {
  const all: Measured[] = [];
  while (all.length < RUNS && !all.some(({ cpuMs }) => cpuMs > LONG_MS)) {
    const place = mkdtempSync(join(folder, 'growth-'));
    const { args, env } = await prepare(size, place);
    all.push({ size, ...processes.used(args, { env: env ?? {} }) });
    rmSync(place, { recursive: true });
  }
  return all.reduce((one, other) => (other.cpuMs < one.cpuMs ? other : one));
}

/** 1, 10, … up to `most`. */
function powersOfTen(most: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power <= most; power *= 10) powers.push(power);
  return powers;
}
