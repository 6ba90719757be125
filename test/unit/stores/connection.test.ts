import { expect, it } from 'vitest';
import { kmsxError } from '../../../src/base/error.ts';
import { Connection, inTransaction } from '../../../src/stores/connection.ts';
import type { Database } from '../../../src/stores/database.ts';

/** A database that only counts: which connection ran what. */
function counting(): { readonly connection: Connection; readonly log: string[] } {
  const log: string[] = [];
  let opened = 0;
  const connection = new Connection('db', () => {
    const number = (opened += 1);
    return Promise.resolve({
      dialect: { begin: ['BEGIN'] },
      query: (text: string) => {
        log.push(`${number} ${text}`);
        return Promise.resolve([]);
      },
      close: () => {
        log.push(`${number} closed`);
        return Promise.resolve();
      },
    } as unknown as Database);
  });
  return { connection, log };
}

const lost = kmsxError('store-unreachable', 'gone');

it.each([
  ['a use', (connection: Connection) => connection.exclusive(() => Promise.reject(lost)), []],
  [
    'a transaction',
    (connection: Connection) => connection.exclusive(inTransaction(() => Promise.reject(lost))),
    ['1 BEGIN'],
  ],
] as const)('is made again where it was lost in %s', async (_, use, before) => {
  const { connection, log } = counting();
  await expect(use(connection)).rejects.toBe(lost);
  await connection.exclusive(({ query }) => query('SELECT 1'));
  expect(log).toEqual([...before, '1 closed', '2 SELECT 1']);
});

it('stays after a refusal, whose transaction is rolled back', async () => {
  const { connection, log } = counting();
  const refused = kmsxError('store-name-exists', 'taken');
  await expect(connection.exclusive(inTransaction(() => Promise.reject(refused)))).rejects.toBe(
    refused,
  );
  await connection.exclusive(inTransaction(({ query }) => query('INSERT')));
  expect(log).toEqual(['1 BEGIN', '1 ROLLBACK', '1 BEGIN', '1 INSERT', '1 COMMIT']);
});

it('is used once more, and no oftener, for what may be done twice', async () => {
  const { connection, log } = counting();
  let times = 0;
  const use = ({ query }: Database): Promise<unknown> =>
    (times += 1) === 1 ? Promise.reject(lost) : query('UPDATE');
  await connection.repeatable(use);
  expect(log).toEqual(['1 closed', '2 UPDATE']);
  await expect(connection.repeatable(() => Promise.reject(lost))).rejects.toBe(lost);
  expect(log).toEqual(['1 closed', '2 UPDATE', '2 closed', '3 closed']);
});
