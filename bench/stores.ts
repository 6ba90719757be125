import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupDocument } from '../src/documents/backup-document.ts';
import { initStore } from '../src/stores/init.ts';
import type { StoredBackup } from '../src/stores/record.ts';
import { Postgres } from '../test/support/stores/postgres.ts';
import { openTestStore } from '../test/support/stores/open-store.ts';
import { BACKUP } from '../test/support/documents.ts';
import type { Ceremony } from './ceremony.ts';
import { markdownTable } from './table.ts';

const BACKUPS = 10_000;
/** So many are handed in at once, as `batch` does with as much concurrency. */
const AT_ONCE = 256;
const ALONE = 300;
const LOOP = 20;
const TARGET = 1500;

/**
 * Counts the backups a second that are kept in PostgreSQL on this machine, each committed, synced and read back, beside a loop
 * of `psql`. Empty where PostgreSQL is not installed.
 *
 * @param folder - where the processes of the ceremony run
 */
export async function storeTable(ceremony: Ceremony, folder: string): Promise<string> {
  if (spawnSync('psql', ['--version']).error !== undefined) return '';
  const server = await Postgres.create();
  const url = server.url('postgres');
  const { store, database, close } = await openTestStore(url, {});
  try {
    await initStore(database);
    const grouped = await rateOf(BACKUPS, async () => {
      for (let from = 0; from < BACKUPS; from += AT_ONCE) {
        const group = Array.from({ length: Math.min(AT_ONCE, BACKUPS - from) }, (_, index) =>
          store.keep(backup(`grouped-${from + index}`)),
        );
        await Promise.all(group);
      }
    });
    const alone = await rateOf(ALONE, async () => {
      for (let index = 0; index < ALONE; index += 1) await store.keep(backup(`alone-${index}`));
    });
    const lines = Array.from({ length: BACKUPS }, (_, index) => `{"Name":"key-${index}"}\n`);
    writeFileSync(join(folder, 'stored.jsonl'), lines.join(''));
    const batch = await rateOf(BACKUPS, () => {
      exportInto(url, ceremony, folder);
    });
    const loop = await rateOf(LOOP, () => {
      const text = `INSERT INTO kmsx_backup SELECT 'loop-' || :'n', KeyId, KeyVersionId, Region, EncryptionContext, DataKeyId, CiphertextSha256, WrappingKeyFingerprints, NumberOfBytes, CreatedAt, StoredAt, Rehearsal, Document FROM kmsx_backup WHERE Name = 'alone-0'`;
      for (let index = 0; index < LOOP; index += 1) {
        execFileSync('psql', ['-Xq', '-v', `n=${index}`], {
          input: text,
          env: { PATH: process.env['PATH'], ...server.env() },
        });
      }
    });
    const rows: readonly (readonly [string, number, number?])[] = [
      [`\`psql\`, ${LOOP} processes: an INSERT each`, loop],
      [`\`store:NAME\`, one after the other`, alone],
      [`${AT_ONCE} at once, in one transaction as they come`, grouped, TARGET],
      [`\`kmsx batch export-key --store\`, ${BACKUPS} lines, KMS and start included`, batch],
    ];
    return markdownTable(
      ['Backups into PostgreSQL', 'a second', '× `psql`', 'target', ''],
      rows.map(([name, rate, target]) => [
        name,
        rate.toFixed(0),
        (rate / loop).toFixed(1),
        target === undefined ? '' : `≥ ${target}`,
        target === undefined ? '' : rate >= target ? 'met' : 'not met',
      ]),
    );
  } finally {
    await close();
    await server.remove();
  }
}

function exportInto(url: string, { processes, exportOptions }: Ceremony, folder: string): void {
  const args = ['--manifest', join(folder, 'stored.jsonl'), ...exportOptions, '--quiet'];
  const places = ['--store', url, '--out', 'stored.out'];
  processes.kmsx('batch', 'export-key', ...args, ...places, '--concurrency', '256');
}

function backup(name: string): StoredBackup {
  const document = BACKUP as unknown as BackupDocument;
  return { name, document, text: JSON.stringify(document), wrappingKeyFingerprints: [] };
}

async function rateOf(count: number, work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return (count * 1000) / (performance.now() - start);
}
