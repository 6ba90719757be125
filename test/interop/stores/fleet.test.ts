/* A fleet of a thousand keys: exported for two HSMs by several runs of which one is killed, then proved, then asked for. */
import { expect, it } from 'vitest';
import { join } from 'node:path';
import { jsonLinesOf, writeKeyPair, writeManifest } from '../../support/batch.ts';
import { finish, kmsxOk, startKmsx, useLocalKms } from '../../support/kmsx.ts';
import { postgresDatabase } from '../../support/stores/databases.ts';
import { storeAndKms } from '../../support/stores/ready-store.ts';
import { useDatabase } from '../../support/stores/use-database.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

const KEYS = 1000;

const folder = useTempFolder();
const localKms = useLocalKms();
const database = useDatabase(postgresDatabase);

it('exports a thousand keys into PostgreSQL, proves each backup, and names those of a KMS key', async () => {
  const cwd = folder();
  const { env, endpoint } = await storeAndKms(database(), localKms, cwd);
  const ok = (...args: readonly string[]): Promise<string> => kmsxOk(args, { cwd, env });
  const count = (): number => Number(database().sql('SELECT COUNT(*) FROM kmsx_backup'));

  const names = [...writeManifest(join(cwd, 'keys.jsonl'), KEYS)].sort();
  writeKeyPair(cwd, 'other');
  const args = [
    ...['batch', 'export-key', '--manifest', 'keys.jsonl', '--key-id', 'alias/rehearsal'],
    ...['--pubkey', PUBKEY, '--pubkey', 'other.pub.pem', '--journal', 'store:fleet', '--quiet'],
    ...[...endpoint, '--out', 'exports.jsonl'],
  ];
  const killed = startKmsx(args.slice(0, -2), { cwd, env });
  const other = finish(startKmsx(args, { cwd, env }));
  const watch = setInterval(() => {
    if (count() > KEYS / 4) killed.kill('SIGKILL');
  }, 200);
  expect((await finish(killed)).code).toBe(null);
  clearInterval(watch);
  const result = await other;
  expect(result, result.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(result.stdout)).toMatchObject({ Done: KEYS, Failed: 0 });
  expect(count()).toBe(KEYS);
  const documents = jsonLinesOf(join(cwd, 'exports.jsonl'));
  expect(documents.map(({ Name }) => Name).sort()).toEqual(names);
  for (const { Exports } of documents) expect(Exports).toHaveLength(2);

  const lines = (text: string): Record<string, unknown>[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const drilled = lines(
    await ok('drill', 'store:', '--proofs', 'store:', '--rate', '5000', ...endpoint),
  );
  expect(
    drilled
      .filter(({ Opens }) => Opens === true)
      .map(({ Name }) => Name)
      .sort(),
  ).toEqual(names);

  const keyId = String(drilled[0]?.['KeyId']);
  const lost = lines(await ok('list-backups', 'store:', '--key-id', keyId, '--proofs', 'store:'));
  expect(lost.map(({ Name }) => Name).sort()).toEqual(names);
  for (const { LastProved } of lost) expect(LastProved).toMatch(/^20/);
});
