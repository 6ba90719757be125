import type { Database } from '../../../src/stores/database.ts';
import { planStore } from '../../../src/stores/login/plan.ts';
import type { Store } from '../../../src/stores/store.ts';
import { openDatabase, openStore } from '../../../src/stores/store.ts';
import { parseStoreUrl } from '../../../src/stores/login/url.ts';
import type { TestDatabase } from './databases.ts';

/** A store as commands open it, and a connection to its database besides. */
export async function openTestStore(
  url: string,
  env: Readonly<Record<string, string>>,
): Promise<{
  readonly store: Store;
  readonly database: Database;
  readonly close: () => Promise<void>;
}> {
  const options = {
    env,
    authorities: undefined,
    userId: process.geteuid?.(),
    warn: () => undefined,
  };
  const plan = await planStore(parseStoreUrl(url), options);
  const { signal } = new AbortController();
  const [store, database] = [await openStore(plan, signal), await openDatabase(plan, signal)];
  return {
    store,
    database,
    close: async () => {
      await store.close();
      await database.close();
    },
  };
}

const COLUMNS = [
  ...['KeyId', 'KeyVersionId', 'Region', 'EncryptionContext', 'DataKeyId', 'CiphertextSha256'],
  ...['WrappingKeyFingerprints', 'NumberOfBytes', 'CreatedAt', 'StoredAt', 'Rehearsal', 'Document'],
];

/** What the database's own client says of a backup: the columns by their names in lower case. */
export function row({ sql }: TestDatabase, name: string): Record<string, string> {
  return Object.fromEntries(
    COLUMNS.map((column) => [
      column.toLowerCase(),
      sql(`SELECT ${column} FROM kmsx_backup WHERE Name = '${name}'`).replace(/\n$/, ''),
    ]),
  );
}
