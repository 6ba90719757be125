/* Which rights of a login `kmsx store check` finds to be too many, in real PostgreSQL and in real MariaDB. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '../../../src/stores/check.ts';
import { mariaDatabase, postgresDatabase } from '../../support/stores/databases.ts';
import { openTestStore } from '../../support/stores/open-store.ts';
import { readyStore } from '../../support/stores/ready-store.ts';
import { useDatabase } from '../../support/stores/use-database.ts';

const ALL = 'kmsx_backup, kmsx_work_list, kmsx_work_line, kmsx_work_event, kmsx_proof, kmsx_drill';
const NO_CLAIMS = 'kmsx_backup, kmsx_work_list, kmsx_work_event, kmsx_proof';

/** What is done, and which rights the login is told to have. */
type Row = readonly [statement: string, rights: readonly string[]];

const POSTGRESQL: readonly Row[] = [
  ['SELECT 1', []],
  ['GRANT kmsx_worker TO backups', []],
  ['GRANT UPDATE ON kmsx_backup TO backups', ['UPDATE on kmsx_backup']],
  ['GRANT UPDATE (Document) ON kmsx_backup TO backups', ['UPDATE of a column on kmsx_backup']],
  ['GRANT UPDATE (Document) ON kmsx_backup TO PUBLIC', ['UPDATE of a column on kmsx_backup']],
  ['GRANT UPDATE ON kmsx_work_line, kmsx_drill TO backups', []],
  ['GRANT UPDATE ON kmsx_work_event TO backups', ['UPDATE on kmsx_work_event']],
  ['GRANT DELETE ON kmsx_work_line TO backups', ['DELETE on kmsx_work_line']],
  ['GRANT TRIGGER ON kmsx_backup TO kmsx_writer', ['TRIGGER on kmsx_backup']],
  ['ALTER SCHEMA public OWNER TO backups', [`the rights of its schema's owner on ${ALL}`]],
  ['ALTER DATABASE postgres OWNER TO backups', [`the rights of its database's owner on ${ALL}`]],
  [
    `GRANT SELECT, INSERT ON kmsx_backup TO backups; ALTER ROLE backups NOINHERIT;
CREATE ROLE admins; CREATE ROLE chiefs; GRANT DELETE, TRUNCATE ON kmsx_backup TO chiefs;
GRANT chiefs TO admins; GRANT admins TO backups`,
    ['DELETE by the role admins on kmsx_backup', 'TRUNCATE by the role admins on kmsx_backup'],
  ],
  [
    `GRANT SELECT, INSERT ON kmsx_backup TO backups; ALTER ROLE backups NOINHERIT;
CREATE ROLE admins; ALTER SCHEMA public OWNER TO admins; GRANT admins TO backups`,
    [`the rights of its schema's owner by the role admins on ${ALL}`],
  ],
  ['GRANT pg_write_all_data TO backups', [`UPDATE on ${NO_CLAIMS}`, `DELETE on ${ALL}`]],
  [
    'GRANT pg_execute_server_program TO backups',
    ['the files of the server in its hands by the role pg_execute_server_program'],
  ],
  ['ALTER ROLE backups SUPERUSER', [`UPDATE on ${NO_CLAIMS}`, `DELETE on ${ALL}`, 'SUPERUSER']],
];

const MYSQL: readonly Row[] = [
  ['SELECT 1', []],
  ['GRANT UPDATE ON kmsx_backup TO backups', ['UPDATE on kmsx_backup']],
  ['GRANT UPDATE (Document) ON kmsx_backup TO backups', ['UPDATE on kmsx_backup']],
  ['GRANT SELECT (Name), INSERT (`Name`, `KeyId`) ON kmsx_backup TO backups', []],
  ['GRANT UPDATE ON kmsx_work_line TO backups', []],
  ['GRANT UPDATE ON kmsx_work_event TO backups', ['UPDATE on kmsx_work_event']],
  ['GRANT INDEX ON kmsx_backup TO kmsx_writer', ['INDEX on kmsx_backup']],
  [
    'GRANT ALL ON `keys%`.* TO backups',
    [`UPDATE on ${NO_CLAIMS}`, `DELETE on ${ALL}`, `ALL PRIVILEGES on ${ALL}`],
  ],
  ['GRANT DROP ON `key_`.* TO backups', [`DROP on ${ALL}`]],
  ['GRANT DROP ON `key\\_`.* TO backups', []],
  ['GRANT DROP ON `other%`.* TO backups', []],
  ['GRANT CREATE USER ON *.* TO backups', ['CREATE USER']],
  [
    `CREATE ROLE admins; CREATE ROLE chiefs; GRANT DELETE ON kmsx_backup TO chiefs;
GRANT chiefs TO admins; GRANT DROP ON kmsx_backup TO admins; GRANT admins TO backups`,
    ['DELETE by the role admins on kmsx_backup', 'DROP by the role admins on kmsx_backup'],
  ],
];

describe.each([
  ['PostgreSQL', postgresDatabase, POSTGRESQL],
  ['MariaDB', mariaDatabase, MYSQL],
])('a login to a store in %s', (_, create, rows) => {
  const database = useDatabase(create);

  beforeEach(async () => {
    await readyStore(database());
  });

  afterEach(() => {
    database().sql(
      database().kind === 'mysql'
        ? 'DROP ROLE IF EXISTS admins, chiefs;'
        : `ALTER DATABASE postgres OWNER TO postgres; ALTER SCHEMA public OWNER TO postgres;
DROP OWNED BY backups; DROP ROLE backups; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
SET client_min_messages = error; DROP ROLE IF EXISTS admins, chiefs`,
    );
  });

  it.each(rows)('%s', async (statement, rights) => {
    database().sql(statement);
    const { store, database: login, close } = await openTestStore(database().url(), database().env);
    for (const time of ['first', 'second']) {
      const findings = await checkStore(login, 'db');
      const told = findings
        .filter(({ Severity }) => Severity === 'error')
        .map(({ Code, Message }) => [Code, Message.replace(/^this login has (.*):.*$/, '$1')]);
      expect(told, time).toEqual(rights.map((right) => ['too-many-rights', right]));
    }
    await store.assertReady();
    await close();
  });
});
