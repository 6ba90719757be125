import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { TestDatabase } from './databases.ts';

/** A database server for the tests of a block, without a store when each begins. */
export function useDatabase(create: () => Promise<TestDatabase>): () => TestDatabase {
  let database: TestDatabase | undefined;
  const get = (): TestDatabase => {
    if (database === undefined) throw new Error('the server is not there yet');
    return database;
  };
  beforeAll(async () => {
    database = await create();
  });
  beforeEach(() => {
    get().clear();
  });
  afterAll(async () => {
    await database?.server.remove();
  });
  return get;
}
