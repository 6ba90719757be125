import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ceremony } from './ceremony.ts';
import { markdownTable } from './table.ts';

const BACKUPS = 2_000;
const LOOP = 20;
const ROUNDS = 3;

interface Way {
  readonly name: string;
  /** How many backups a run is for. */
  readonly backups: number;
  /** What is not timed. */
  readonly prepare?: () => void;
  readonly run: () => void;
}

/**
 * Counts the backups a second of `drill`, start included, beside a loop of `verify-key`, each on the embedded KMS in a process
 * of its own. The best of a few rounds in turn.
 *
 * @param folder - where the processes of the ceremony run
 */
export function drillTable(ceremony: Ceremony, folder: string): string {
  const ways = waysOf(ceremony, folder);
  const rates = ways.map(() => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, { backups, prepare, run }] of ways.entries()) {
      prepare?.();
      const start = performance.now();
      run();
      const rate = (backups * 1000) / (performance.now() - start);
      rates[index] = Math.max(rates[index] ?? 0, rate);
    }
  }
  const [loop = NaN] = rates;
  return markdownTable(
    [`Many backups, best of ${ROUNDS}`, 'a second', '× `verify-key`'],
    ways.map(({ name }, index) => {
      const rate = rates[index] ?? NaN;
      return [
        name,
        rate.toFixed(rate < 100 ? 1 : 0),
        (rate / loop).toFixed(rate < 10 * loop ? 2 : 0),
      ];
    }),
  );
}

function waysOf({ processes, exportOptions, privateKeyFile }: Ceremony, folder: string): Way[] {
  const lines = Array.from({ length: BACKUPS }, (_, index) => `{"Name":"key-${index}"}\n`);
  writeFileSync(join(folder, 'drill.jsonl'), lines.join(''));
  const places = ['--out-dir', 'drill.exports', '--backup-dir', 'drill.backups'];
  const manifest = ['--manifest', 'drill.jsonl', '--concurrency', '64', '--quiet'];
  processes.kmsx('batch', 'export-key', ...manifest, ...places, ...exportOptions);
  const [, endpoint = ''] = exportOptions;
  const common = ['--endpoint', endpoint, '--quiet'];
  const drill = (): void => {
    const proofs = ['--proofs', 'drill.proofs', '--rate', '100000'];
    processes.kmsx('drill', 'drill.backups', ...proofs, ...common);
  };
  return [
    {
      name: `\`kmsx verify-key\`, ${LOOP} processes`,
      backups: LOOP,
      run: () => {
        for (let index = 0; index < LOOP; index += 1) {
          const files = ['--in', `drill.exports/key-${index}.json`, '--privkey', privateKeyFile];
          const against = ['--against', `drill.backups/key-${index}.json`];
          processes.kmsx('verify-key', ...files, ...against, ...common);
        }
      },
    },
    {
      name: `\`kmsx drill\` of ${BACKUPS} backups that were never proved`,
      backups: BACKUPS,
      prepare: () => {
        rmSync(join(folder, 'drill.proofs'), { recursive: true, force: true });
        mkdirSync(join(folder, 'drill.proofs'));
      },
      run: drill,
    },
    { name: 'the same, compared with the proofs of that', backups: BACKUPS, run: drill },
  ];
}
