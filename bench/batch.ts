import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ceremony } from './ceremony.ts';
import type { Used } from './kmsx-process.ts';
import { markdownTable } from './table.ts';
import { BY_OPENSSL } from './tasks.ts';

const EXPORTS = 20_000;
const FILES = 5_000;
const UNWRAPS = 6_000;
const LOOP = 20;
const ROUNDS = 3;
const PER_SECOND = 750;
/** Of a manifest, and how many of its lines are run. */
const [MANY, RUN] = [1_000_000, 100_000];

/** What is measured of a way. */
interface Figures {
  /** Keys a second, start included. */
  readonly rate: number;
  /** Of one core, by the process of kmsx; NaN for loops. */
  readonly core: number;
  /** Of one core, by the embedded KMS meanwhile. */
  readonly kmsCore: number;
  /** The most memory. */
  readonly mib: number;
}

/** What is to be reached: at least so many a second, or at most so much of the others. */
type Target = Partial<Pick<Figures, 'rate' | 'core' | 'mib'>>;

interface Way {
  readonly name: string;
  /** How many keys a run is for. */
  readonly keys: number;
  readonly target?: Target;
  /** It takes long, and is run once. */
  readonly isLong?: true;
  /** What the process of kmsx used; a loop of processes tells nothing. */
  readonly run: () => Used | undefined;
}

/** Makes ways of one kind; `folder` is where the processes of the ceremony run. */
type MakeWays = (ceremony: Ceremony, folder: string) => readonly Way[];

/**
 * Counts the data keys a second of `batch`, start included, beside loops of what users script: exports to the embedded KMS in
 * a process of its own, each on stable storage, and unwraps. The best of a few rounds in turn.
 *
 * @param folder - where the processes of the ceremony run
 */
export function batchTable(ceremony: Ceremony, folder: string): string {
  const makers: readonly MakeWays[] = [exportWays, pacedWays, manyLines, unwrapWays, shellWays];
  const ways = makers.flatMap((make) => make(ceremony, folder));
  const measured = ways.map((): Figures[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, way] of ways.entries()) {
      if (round === 0 || way.isLong !== true) measured[index]?.push(measure(way, ceremony));
    }
  }
  return markdownTable(
    [`Many keys, best of ${ROUNDS}`, 'a second', 'a core', 'KMS: a core', 'memory', 'target', ''],
    ways.map(({ name, target }, index) => {
      const figures = bestOf(measured[index] ?? []);
      const { rate, core, kmsCore, mib } = figures;
      const shown = [
        rate.toFixed(rate < 100 ? 1 : 0),
        share(core),
        kmsCore < 0.01 ? '' : share(kmsCore),
        Number.isNaN(mib) ? '' : `${mib.toFixed(0)} MiB`,
      ];
      return [name, ...shown, ...verdict(figures, target)];
    }),
  );
}

function measure({ keys, run }: Way, ceremony: Ceremony): Figures {
  const before = { now: performance.now(), kms: ceremony.kmsCpuMs() };
  const used = run();
  const wallMs = performance.now() - before.now;
  return {
    rate: (keys * 1000) / wallMs,
    core: (used?.cpuMs ?? NaN) / wallMs,
    kmsCore: (ceremony.kmsCpuMs() - before.kms) / wallMs,
    mib: used?.mib ?? NaN,
  };
}

/** The round with the best rate, with the most memory of all. */
function bestOf(rounds: readonly Figures[]): Figures {
  const [best] = [...rounds].sort((one, other) => other.rate - one.rate);
  if (best === undefined) throw new Error('a way that was not run');
  return { ...best, mib: Math.max(...rounds.map(({ mib }) => mib)) };
}

const share = (core: number): string => (Number.isNaN(core) ? '' : `${(100 * core).toFixed(0)} %`);

function verdict({ rate, core, mib }: Figures, target: Target = {}): [string, string] {
  const checks: readonly (readonly [string, boolean] | undefined)[] = [
    target.rate === undefined ? undefined : [`≥ ${target.rate}`, rate >= target.rate],
    target.core === undefined ? undefined : [`≤ ${share(target.core)}`, core <= target.core],
    target.mib === undefined ? undefined : [`≤ ${target.mib} MiB`, mib <= target.mib],
  ];
  const judged = checks.filter((check) => check !== undefined);
  if (judged.length === 0) return ['', ''];
  const isMet = judged.every(([, met]) => met);
  return [judged.map(([text]) => text).join(', '), isMet ? 'met' : 'not met'];
}

/** Writes a manifest of export-key; its lines differ by their names alone. */
function writeManifest(folder: string, name: string, lines: number): void {
  const text = Array.from({ length: lines }, (_, index) => `{"Name":"key-${index}"}\n`);
  writeFileSync(join(folder, name), text.join(''));
}

function exportBatch(
  { processes, exportOptions }: Ceremony,
  folder: string,
  ...more: readonly string[]
): Used {
  for (const name of ['many.out', 'many.out.journal', 'many.backups'])
    rmSync(join(folder, name), { recursive: true, force: true });
  const args = ['batch', 'export-key', '--out', 'many.out', ...exportOptions, '--quiet'];
  return processes.used([...args, '--concurrency', '64', ...more]);
}

const exportWays: MakeWays = (ceremony, folder) => {
  writeManifest(folder, 'many.jsonl', EXPORTS);
  writeManifest(folder, 'files.jsonl', FILES);
  const { processes, exportArguments } = ceremony;
  return [
    {
      name: `\`kmsx export-key\`, ${LOOP} processes`,
      keys: LOOP,
      run: () => {
        for (let count = 0; count < LOOP; count += 1) processes.kmsx(...exportArguments());
        return undefined;
      },
    },
    {
      name: `\`kmsx batch export-key\`, ${EXPORTS} lines: the journal alone has the backups`,
      keys: EXPORTS,
      target: { rate: 2000 },
      run: () => exportBatch(ceremony, folder, '--manifest', 'many.jsonl'),
    },
    {
      name: `the same, ${FILES} lines, with a file for each backup (\`--backup-dir\`)`,
      keys: FILES,
      run: () =>
        exportBatch(ceremony, folder, '--manifest', 'files.jsonl', '--backup-dir', 'many.backups'),
    },
  ];
};

const pacedWays: MakeWays = (ceremony, folder) => [
  {
    name: `\`kmsx batch export-key --rate ${PER_SECOND}\`, ${EXPORTS} lines`,
    keys: EXPORTS,
    target: { rate: 0.98 * PER_SECOND, core: 0.6 },
    isLong: true,
    run: () =>
      exportBatch(ceremony, folder, '--manifest', 'many.jsonl', '--rate', String(PER_SECOND)),
  },
];

/** That memory does not grow with lines is seen when a tenth of them has run. */
const manyLines: MakeWays = (ceremony, folder) => {
  writeManifest(folder, 'million.jsonl', MANY);
  return [
    {
      name: `\`kmsx batch export-key --limit ${RUN}\` of ${MANY} lines`,
      keys: RUN,
      target: { mib: 150 },
      isLong: true,
      run: () =>
        exportBatch(ceremony, folder, '--manifest', 'million.jsonl', '--limit', String(RUN)),
    },
  ];
};

const unwrapWays: MakeWays = ({ processes, privateKeyFile, exportFile }, folder) => {
  const rows = Array.from({ length: UNWRAPS }, (_, index) => `key-${index},${exportFile}\n`);
  writeFileSync(join(folder, 'many.csv'), `Name,In\n${rows.join('')}`);
  const unwrap = (...before: readonly string[]): Used => {
    for (const name of ['values', 'values.journal']) rmSync(join(folder, name), { force: true });
    const args = ['--manifest', 'many.csv', '--privkey', privateKeyFile, '--out', 'values'];
    return processes.used(['batch', 'unwrap-key', ...args, '--check-value-only', '--quiet'], {
      before,
    });
  };
  const oneCore = ['taskset', '-c', '0'];
  const hasTaskset = spawnSync('taskset', ['--version']).error === undefined;
  const name = `\`kmsx batch unwrap-key --check-value-only\`, ${UNWRAPS} lines`;
  const loop: Way = {
    name: `\`kmsx unwrap-key\`, ${LOOP} processes`,
    keys: LOOP,
    run: () => {
      const args = ['unwrap-key', '--privkey', privateKeyFile, '--in', exportFile, '--quiet'];
      for (let count = 0; count < LOOP; count += 1) processes.kmsx(...args);
      return undefined;
    },
  };
  const alone: Way = {
    name: `${name}, on one core`,
    keys: UNWRAPS,
    target: { rate: 2000 },
    run: () => unwrap(...oneCore),
  };
  const all: Way = { name, keys: UNWRAPS, target: { rate: 3400 }, run: () => unwrap() };
  return hasTaskset ? [loop, alone, all] : [loop, all];
};

const shellWays: MakeWays = ({ processes, privateKeyFile, exportFile }, folder) => {
  if (['jq', 'openssl'].some((name) => spawnSync(name, ['--version']).error)) return [];
  const script = `i=0; while [ $i -lt ${LOOP} ]; do ${BY_OPENSSL}; i=$((i + 1)); done`;
  const { cwd, env } = processes.environment;
  const files = [exportFile, privateKeyFile, join(folder, 'wrapped.bin')];
  return [
    {
      name: `\`openssl pkeyutl\`, \`jq\`, \`base64\`: ${LOOP} processes each`,
      keys: LOOP,
      run: () => {
        execFileSync('sh', ['-c', script, 'sh', ...files], { cwd, env });
        return undefined;
      },
    },
  ];
};
