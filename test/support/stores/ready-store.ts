import { initStore } from '../../../src/stores/init.ts';
import { kmsxOk, type useLocalKms } from '../kmsx.ts';
import type { TestDatabase } from './databases.ts';
import { openTestStore } from './open-store.ts';

/** Makes the tables and the roles of a store, and the login `backups` that has them. */
export async function readyStore(database: TestDatabase): Promise<void> {
  const { database: owner, close } = await openTestStore(database.owner, {});
  await initStore(owner);
  await close();
  database.makeLogin();
}

/** A store that commands use, and an embedded KMS. */
export interface StoreAndKms {
  /** Of commands: the KMS's credentials, the login, and KMSX_STORE. */
  readonly env: Record<string, string>;
  /** The options that lead to the KMS. */
  readonly endpoint: readonly string[];
  /** How often a data key was generated. */
  readonly made: () => number;
}

/**
 * Makes a store by `kmsx store init`, and starts an embedded KMS.
 *
 * @param cwd - where both commands run
 */
export async function storeAndKms(
  database: TestDatabase,
  localKms: ReturnType<typeof useLocalKms>,
  cwd: string,
): Promise<StoreAndKms> {
  await kmsxOk(['store', 'init', '--store', database.owner], { cwd });
  database.makeLogin();
  const server = await localKms({ cwd });
  let log = '';
  server.onLog((text) => (log += text));
  return {
    env: { ...server.env, ...database.env, KMSX_STORE: database.url() },
    endpoint: server.endpoint,
    made: () => log.match(/GenerateAndExportDataKey/g)?.length ?? 0,
  };
}
