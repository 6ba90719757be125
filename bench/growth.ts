import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ceremony } from './ceremony.ts';
import type { Command, GrowingThing } from './growing-things.ts';
import { growingThings, MOST } from './growing-things.ts';
import { markdownTable } from './table.ts';

/** Prints what the process used, as JSON in the last line of standard error. */
const USAGE = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\n'+JSON.stringify(process.resourceUsage())))`;

/** How often a command is run: the least time counts. */
const RUNS = 3;
/** What takes as long is run once. */
const LONG_MS = 1_000;
/** What takes less than so much more than the start tells nothing. */
const LEAST_SHARE = 0.1;

interface Measured {
  readonly size: number;
  /** Of processors: what others do on the machine changes it less than the time of a clock. */
  readonly ms: number;
  /** The most memory of the process. */
  readonly mib: number;
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
      return `${asked}${(one.ms / 1000).toFixed(2)} s, ${one.mib.toFixed(0)} MiB`;
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
  const beyond = ({ ms }: Measured): number => ms - least.ms;
  if (beyond(before) < LEAST_SHARE * least.ms) return '';
  const exponent = Math.log(beyond(last) / beyond(before)) / Math.log(last.size / before.size);
  return exponent.toFixed(2);
}

async function measure(
  { prepare }: GrowingThing,
  size: number,
  ceremony: Ceremony,
  folder: string,
): Promise<Measured> {
  const all: Measured[] = [];
  while (all.length < RUNS && !all.some(({ ms }) => ms > LONG_MS)) {
    const place = mkdtempSync(join(folder, 'growth-'));
    all.push({ size, ...run(await prepare(size, place), ceremony) });
    rmSync(place, { recursive: true });
  }
  return all.reduce((one, other) => (other.ms < one.ms ? other : one));
}

/** 1, 10, … up to `most`. */
function powersOfTen(most: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power <= most; power *= 10) powers.push(power);
  return powers;
}

function run(
  { args, env: more }: Command,
  { processes }: Ceremony,
): { readonly ms: number; readonly mib: number } {
  const { cwd, env } = processes.environment;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', USAGE, ...processes.kmsxArguments(...args)],
    {
      cwd,
      env: { ...env, ...more },
      maxBuffer: 2 ** 30,
    },
  );
  if (status !== 0)
    throw new Error(`${args.slice(0, 3).join(' ')}: ${stderr.toString().slice(0, 500)}`);
  const usage = JSON.parse(stderr.toString().split('\n').at(-1) ?? '') as NodeJS.ResourceUsage;
  return { ms: (usage.userCPUTime + usage.systemCPUTime) / 1000, mib: usage.maxRSS / 1024 };
}
