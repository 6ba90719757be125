/* Proofs in a real database, and several drills that share the work: each backup is drilled, whoever dies. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeManifest } from '../../support/batch.ts';
import { finish, kmsx, kmsxOk, startKmsx, useLocalKms } from '../../support/kmsx.ts';
import { mariaDatabase, postgresDatabase } from '../../support/stores/databases.ts';
import { storeAndKms } from '../../support/stores/ready-store.ts';
import { useDatabase } from '../../support/stores/use-database.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

interface Line {
  readonly Name: string;
  readonly SameKeyAs: string;
  readonly LastProved?: string;
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

describe.each([
  ['PostgreSQL', postgresDatabase],
  ['MariaDB', mariaDatabase],
])('a drill whose proofs are in %s', (_, create) => {
  const database = useDatabase(create);
  let env: Record<string, string>;
  let endpoint: readonly string[];
  let names: readonly string[];

  beforeEach(async () => {
    ({ env, endpoint } = await storeAndKms(database(), localKms, folder()));
    names = [...writeManifest(join(folder(), 'keys.jsonl'), 60)].sort();
    const args = ['--manifest', 'keys.jsonl', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY];
    await ok('batch', 'export-key', ...args, '--out', 'out.jsonl', ...endpoint);
  });

  const ok = (...args: readonly string[]): Promise<string> => kmsxOk(args, { cwd: folder(), env });
  const proofs = (): string[] =>
    database().sql('SELECT Name FROM kmsx_proof').trim().split('\n').sort();

  it('proves each backup once, with two other runs of which one is killed', async () => {
    const args = ['drill', 'store:', '--proofs', 'store:', '--rate', '30', ...endpoint];
    const runs = [1, 2, 3].map(() => startKmsx(args, { cwd: folder(), env }));
    // When that one holds claims.
    runs[0]?.stdout.once('data', () => runs[0]?.kill('SIGKILL'));
    const [killed, ...others] = await Promise.all(runs.map((run) => finish(run)));
    expect(killed?.code).toBe(null);
    for (const run of others) expect(run, run.stderr).toMatchObject({ code: 0 });
    const drilled = others.map(({ stdout }) => linesOf(stdout).map(({ Name }) => Name));
    const both = drilled.flat();
    expect(new Set(both).size).toBe(both.length);
    expect(
      [...new Set([...both, ...linesOf(killed?.stdout ?? '').map(({ Name }) => Name)])].length,
    ).toBeLessThanOrEqual(names.length);
    expect([...new Set(proofs())]).toEqual(names);
    expect(others[0]?.stderr).toContain('by other drills at once');

    const listed = linesOf(await ok('list-backups', 'store:', '--proofs', 'store:'));
    expect(listed).toHaveLength(names.length);
    for (const { LastProved } of listed) expect(LastProved).toMatch(/^20/);
    expect(
      await ok('drill', 'store:', '--proofs', 'store:', '--older-than', '1', ...endpoint),
    ).toBe('');
  });

  it('finds that a backup of a folder is another key by the proofs that lie elsewhere', async () => {
    const backup = (name: string): string[] => ['--backup', `backups/${name}.json`];
    const exported = ['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, ...endpoint];
    mkdirSync(join(folder(), 'backups'));
    await ok(...exported, ...backup('a'), '--out', 'a.json');
    const drill = ['drill', 'backups', '--proofs', 'store:', ...endpoint];
    expect(linesOf(await ok(...drill))).toMatchObject([{ Name: 'a', SameKeyAs: 'nothing' }]);
    expect(linesOf(await ok(...drill))).toMatchObject([{ Name: 'a', SameKeyAs: 'proof' }]);
    // A damaged proof is told of, and keeps no drill from its end.
    database().sql(
      "INSERT INTO kmsx_proof (Id, Place, Name, KeyId, CreatedAt, Document) VALUES ('0', 'x', 'x', 'x', '2026-01-01 00:00:00', '{\"Format\":\"kmsx-proof/1\"}')",
    );
    const damaged = await kmsx(drill, { cwd: folder(), env });
    expect(damaged, damaged.stderr).toMatchObject({ code: 0 });
    expect(damaged.stderr).toContain('a damaged proof was passed over: store: proof 0');
    // Beside the backups, in the same store, proofs are worth nothing.
    const stored = ['drill', 'store:k60', '--proofs', 'store:', ...endpoint];
    await ok(...stored);
    expect(linesOf(await ok(...stored))[0]?.SameKeyAs).toBe('nothing');
  });
});
