import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ceremony } from './ceremony.ts';
import { stateOf } from './state.ts';
import { markdownTable } from './table.ts';

interface Command {
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** One thing of which there may be many. */
interface Row {
  readonly name: string;
  readonly sizes: readonly number[];
  /** Makes so many, and gives the command that takes them all. */
  readonly prepare: (size: number) => Promise<Command> | Command;
}

const SIZES = [1, 10, 100, 1_000, 10_000];
/** Prints the most memory that the process had, in KiB, as the last line of standard error. */
const PEAK = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\n'+process.resourceUsage().maxRSS))`;

/**
 * Runs a command once for 1 to 10,000 of a thing, and tells time, memory, and the exponent of the growth between the two
 * largest sizes: 1 is linear.
 *
 * @param folder - takes every file
 */
export async function growthTable(ceremony: Ceremony, folder: string): Promise<string> {
  const rows: string[][] = [];
  for (const { name, sizes, prepare } of things(ceremony, folder)) {
    const measured: { readonly ms: number; readonly mib: number }[] = [];
    for (const size of sizes) measured.push(run(await prepare(size), ceremony));
    const cells = SIZES.map((_, index) => {
      const one = measured[index];
      return one === undefined ? '' : `${(one.ms / 1000).toFixed(2)} s, ${one.mib.toFixed(0)} MiB`;
    });
    const [before, last] = measured.slice(-2);
    const [fewer = 1, most = 1] = sizes.slice(-2);
    const exponent = Math.log((last?.ms ?? NaN) / (before?.ms ?? NaN)) / Math.log(most / fewer);
    rows.push([name, ...cells, exponent.toFixed(2)]);
  }
  const head = SIZES.map((size) => size.toLocaleString('en'));
  return markdownTable(['Growth', ...head, 'exponent'], rows);
}

function things(ceremony: Ceremony, folder: string): Row[] {
  const backup = JSON.parse(readFileSync(join(folder, 'backup-1.json'), 'utf8')) as object;
  const many = (name: string, size: number): string[] => {
    const place = join(folder, `${name}-${size}`);
    mkdirSync(place);
    return Array.from({ length: size }, (_, index) => {
      const file = join(place, `${index}.json`);
      const CiphertextBlob = randomBytes(120).toString('base64');
      writeFileSync(file, JSON.stringify({ ...backup, CiphertextBlob }));
      return file;
    });
  };
  const [, , address = ''] = ceremony.commands()['list-keys']?.() ?? [];
  const opened = ceremony.commands()['unwrap-key']?.().slice(1, 5) ?? [];
  return [
    {
      name: '`inspect`, backups under one KMS key',
      sizes: SIZES,
      prepare: (size) => ({ args: ['inspect', ...many('inspected', size)] }),
    },
    {
      name: '`verify-key`, one backup named so often',
      sizes: SIZES.slice(0, 4),
      prepare: (size) => {
        const against = ['--against', join(folder, 'backup-1.json')];
        const all = Array.from({ length: size }, () => against).flat();
        return { args: ['verify-key', '--endpoint', address, ...opened, ...all] };
      },
    },
    {
      name: '`list-keys`, KMS keys',
      sizes: SIZES,
      prepare: async (size) => {
        const home = join(folder, `state-${size}`);
        const state = join(home, 'kmsx', 'local-kms');
        mkdirSync(state, { recursive: true, mode: 0o700 });
        writeFileSync(join(state, 'state.json'), await stateOf(size), { mode: 0o600 });
        return { args: ['list-keys', '--gateway', 'local'], env: { XDG_STATE_HOME: home } };
      },
    },
    {
      name: '`export-key` into a folder of so many files',
      sizes: SIZES,
      prepare: (size) => {
        const place = join(folder, `full-${size}`);
        mkdirSync(place);
        for (let index = 0; index < size; index += 1) writeFileSync(join(place, `${index}`), '');
        const args = ceremony.exportArguments().slice(0, -3);
        return { args: [...args, join(place, 'b.json'), '--out', join(place, 'e.json')] };
      },
    },
  ];
}

function run(
  { args, env: more }: Command,
  { processes }: Ceremony,
): { readonly ms: number; readonly mib: number } {
  const { cwd, env } = processes.environment;
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', PEAK, ...processes.kmsxArguments(...args)],
    {
      cwd,
      env: { ...env, ...more },
      maxBuffer: 2 ** 30,
    },
  );
  const ms = performance.now() - start;
  if (status !== 0)
    throw new Error(`${args.slice(0, 3).join(' ')}: ${stderr.toString().slice(0, 500)}`);
  return { ms, mib: Number(stderr.toString().split('\n').at(-1)) / 1024 };
}
