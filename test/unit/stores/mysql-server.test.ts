/* What MySQL 8 answers about its durability and about whom it follows, and what kmsx makes of it. */
import { expect, it } from 'vitest';
import { kmsxError } from '../../../src/base/error.ts';
import type { Database, Finding, Row } from '../../../src/stores/database.ts';
import { mysqlDialect } from '../../../src/stores/mysql/dialect.ts';

const SOUND = { readonly: 0, flushed: 1, doublewrite: 'ON', binlog: 1, synced: 1 };
const DENIED = 'store-permission-missing';
const NO_STATEMENT = 'store-failed';

type Answer = readonly Row[] | typeof DENIED | typeof NO_STATEMENT;

/** A server by what it answers to statements that begin so; nothing else is asked. */
function server(answers: Readonly<Record<string, Answer>>): Database {
  return {
    dialect: mysqlDialect,
    version: () => Promise.resolve('MySQL 8.4.0'),
    close: () => Promise.resolve(),
    query: (text) => {
      const answer = Object.entries(answers).find(([beginning]) => text.startsWith(beginning))?.[1];
      if (answer === undefined) throw new Error(`not expected: ${text}`);
      return typeof answer === 'string'
        ? Promise.reject(kmsxError(answer, 'refused', { details: {} }))
        : Promise.resolve(answer);
    },
  };
}

const status = (Value: string): readonly Row[] => [{ Variable_name: 'x', Value }];
const REDO = "SHOW GLOBAL STATUS LIKE 'Innodb_redo_log_enabled'";
const RUNNING = "SHOW GLOBAL STATUS LIKE 'Slaves_running'";
const PERFORMANCE = 'SELECT CHANNEL_NAME';
const replica = (io: string, sql: string, Channel_Name = ''): readonly Row[] => [
  { Channel_Name, Replica_IO_Running: io, Replica_SQL_Running: sql },
];
const slave = (io: string, sql: string): readonly Row[] => [
  { Slave_IO_Running: io, Slave_SQL_Running: sql },
];
const NOT_DURABLE = [['not-durable', 'error']] as const;
const REPLICA = [['read-only', 'error']] as const;
const NOT_SURE = [['read-only', 'warning']] as const;

type Found = readonly (readonly [Finding['Code'], Finding['Severity']])[];

const SERVERS: readonly (readonly [string, Readonly<Record<string, Answer>>, Found])[] = [
  ['a primary', {}, []],
  ['no redo log', { [REDO]: status('OFF') }, NOT_DURABLE],
  ['a version without that status', { [REDO]: [] }, []],
  ['a binary log that is not synced', { 'SELECT @@': [{ ...SOUND, synced: 0 }] }, NOT_DURABLE],
  ['one that is synced now and then', { 'SELECT @@': [{ ...SOUND, synced: 1000 }] }, NOT_DURABLE],
  ['no binary log', { 'SELECT @@': [{ ...SOUND, binlog: 0, synced: 0 }] }, []],
  ['a replica', { 'SHOW REPLICA': replica('Yes', 'Yes') }, REPLICA],
  ['one whose source is down', { 'SHOW REPLICA': replica('Connecting', 'Yes') }, REPLICA],
  ['one that only applies', { 'SHOW REPLICA': replica('No', 'Yes') }, REPLICA],
  ['one that is stopped', { 'SHOW REPLICA': replica('No', 'No') }, NOT_SURE],
  [
    'a member of a group',
    { 'SHOW REPLICA': replica('Yes', 'Yes', 'group_replication_applier') },
    [],
  ],
  [
    'a login that may read the performance schema, of a replica',
    {
      'SHOW REPLICA': DENIED,
      [PERFORMANCE]: [{ Channel_Name: '', Replica_IO_Running: 'ON' }],
    },
    REPLICA,
  ],
  ['the same, of a primary', { 'SHOW REPLICA': DENIED, [PERFORMANCE]: [] }, []],
  [
    'MySQL 5.7, a replica',
    { 'SHOW REPLICA': NO_STATEMENT, [PERFORMANCE]: DENIED, 'SHOW SLAVE': slave('Yes', 'Yes') },
    REPLICA,
  ],
  [
    'a login that may not ask',
    { 'SHOW REPLICA': DENIED, [PERFORMANCE]: DENIED, 'SHOW SLAVE': NO_STATEMENT },
    NOT_SURE,
  ],
  ['MariaDB, a replica', { [RUNNING]: status('1') }, REPLICA],
  ['MariaDB, one that may not be asked', { [RUNNING]: status('0'), 'SHOW ALL SLAVES': DENIED }, []],
  [
    'MariaDB, one that only fetches',
    { [RUNNING]: status('0'), 'SHOW ALL SLAVES': slave('Yes', 'No') },
    REPLICA,
  ],
];

it.each(SERVERS)('%s', async (_, answers, found) => {
  const database = server({
    ...answers,
    'SELECT @@': answers['SELECT @@'] ?? [SOUND],
    [REDO]: answers[REDO] ?? status('ON'),
    [RUNNING]: answers[RUNNING] ?? [],
    'SHOW REPLICA': answers['SHOW REPLICA'] ?? [],
  });
  const findings = await mysqlDialect.serverFindings(database);
  expect(findings.map(({ Code, Severity }) => [Code, Severity])).toEqual(found);
});
