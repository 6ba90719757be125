import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ceremony } from './ceremony.ts';
import { markdownTable } from './table.ts';
import { BY_OPENSSL } from './tasks.ts';

const EXPORTS = 5_000;
const UNWRAPS = 3_000;
const LOOP = 20;
const ROUNDS = 3;

interface Way {
  readonly name: string;
  /** How many keys a run is for. */
  readonly keys: number;
  /** Keys a second that were to be reached. */
  readonly target?: number;
  readonly run: () => void;
}

/**
 * Counts the data keys a second of `batch`, start included, beside loops of what users script: exports to the embedded KMS in
 * a process of its own, each on stable storage, and unwraps. The best of a few rounds in turn.
 *
 * @param folder - where the processes of the ceremony run
 */
export function batchTable(ceremony: Ceremony, folder: string): string {
  const ways = [...exportWays(ceremony, folder), ...unwrapWays(ceremony, folder)];
  const rates = ways.map(() => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, { keys, run }] of ways.entries()) {
      const start = performance.now();
      run();
      const rate = (keys * 1000) / (performance.now() - start);
      rates[index] = Math.max(rates[index] ?? 0, rate);
    }
  }
  return markdownTable(
    [`Many keys, best of ${ROUNDS}`, 'a second', 'target', ''],
    ways.map(({ name, target }, index) => {
      const rate = rates[index] ?? NaN;
      const wanted = target === undefined ? ['', ''] : [`≥ ${target}`, verdict(rate, target)];
      return [name, rate.toFixed(rate < 100 ? 1 : 0), ...wanted];
    }),
  );
}

const verdict = (rate: number, target: number): string => (rate >= target ? 'met' : 'not met');

function exportWays(
  { processes, exportOptions, exportArguments }: Ceremony,
  folder: string,
): Way[] {
  const lines = Array.from({ length: EXPORTS }, (_, index) => `{"Name":"key-${index}"}\n`);
  writeFileSync(join(folder, 'many.jsonl'), lines.join(''));
  const batch = (...more: readonly string[]): void => {
    for (const name of ['many.out', 'many.out.journal', 'many.backups']) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
    const args = ['export-key', '--manifest', 'many.jsonl', '--out', 'many.out', ...exportOptions];
    processes.kmsx('batch', ...args, '--concurrency', '64', '--quiet', ...more);
  };
  return [
    {
      name: `\`kmsx export-key\`, ${LOOP} processes`,
      keys: LOOP,
      run: () => {
        for (let count = 0; count < LOOP; count += 1) processes.kmsx(...exportArguments());
      },
    },
    {
      name: `\`kmsx batch export-key\`, ${EXPORTS} lines: the journal alone has the backups`,
      keys: EXPORTS,
      target: 2000,
      run: () => {
        batch();
      },
    },
    {
      name: 'the same, with a file for each backup (`--backup-dir`)',
      keys: EXPORTS,
      run: () => {
        batch('--backup-dir', 'many.backups');
      },
    },
  ];
}

function unwrapWays({ processes, privateKeyFile, exportFile }: Ceremony, folder: string): Way[] {
  const rows = Array.from({ length: UNWRAPS }, (_, index) => `key-${index},${exportFile}\n`);
  writeFileSync(join(folder, 'many.csv'), `Name,In\n${rows.join('')}`);
  const own: Way[] = [
    {
      name: `\`kmsx unwrap-key\`, ${LOOP} processes`,
      keys: LOOP,
      run: () => {
        const args = ['unwrap-key', '--privkey', privateKeyFile, '--in', exportFile, '--quiet'];
        for (let count = 0; count < LOOP; count += 1) processes.kmsx(...args);
      },
    },
    {
      name: `\`kmsx batch unwrap-key --check-value-only\`, ${UNWRAPS} lines`,
      keys: UNWRAPS,
      target: 2000,
      run: () => {
        for (const name of ['values', 'values.journal'])
          rmSync(join(folder, name), { force: true });
        const args = ['--manifest', 'many.csv', '--privkey', privateKeyFile, '--out', 'values'];
        processes.kmsx('batch', 'unwrap-key', ...args, '--check-value-only', '--quiet');
      },
    },
  ];
  if (['jq', 'openssl'].some((name) => spawnSync(name, ['--version']).error)) return own;
  const script = `i=0; while [ $i -lt ${LOOP} ]; do ${BY_OPENSSL}; i=$((i + 1)); done`;
  const { cwd, env } = processes.environment;
  const files = [exportFile, privateKeyFile, join(folder, 'wrapped.bin')];
  const shell = {
    name: `\`openssl pkeyutl\`, \`jq\`, \`base64\`: ${LOOP} processes each`,
    keys: LOOP,
    run: () => {
      execFileSync('sh', ['-c', script, 'sh', ...files], { cwd, env });
    },
  };
  return [shell, ...own];
}
