/* What a table must be for a backup to be kept in it once and for good, in real PostgreSQL and in real MariaDB. */
import { beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '../../../src/stores/check.ts';
import type { Finding } from '../../../src/stores/database.ts';
import { mariaDatabase, postgresDatabase } from '../../support/stores/databases.ts';
import { openTestStore } from '../../support/stores/open-store.ts';
import { readyStore } from '../../support/stores/ready-store.ts';
import { useDatabase } from '../../support/stores/use-database.ts';

const MALFORMED = [['table-malformed', 'error']] as const;
const NOT_DURABLE = [['not-durable', 'error']] as const;
const DROP_KEY = 'ALTER TABLE kmsx_backup DROP CONSTRAINT kmsx_backup_pkey;';
const SWAP = 'DROP TABLE kmsx_backup; ALTER TABLE other RENAME TO kmsx_backup;';
const RIGHTS = 'GRANT INSERT, SELECT ON kmsx_backup TO kmsx_writer;';
const LIKE = 'CREATE TABLE other (LIKE kmsx_backup INCLUDING DEFAULTS)';

type Found = readonly (readonly [Finding['Code'], Finding['Severity']])[];

/** What is done to a store, what is found then, and whether backups are still kept. */
type Row = readonly [statement: string, found: Found, keeps: boolean];

const POSTGRESQL: readonly Row[] = [
  ['SELECT 1', [], true],
  ['ALTER TABLE kmsx_backup SET UNLOGGED', NOT_DURABLE, false],
  [DROP_KEY, MALFORMED, false],
  [`${DROP_KEY} CREATE UNIQUE INDEX other ON kmsx_backup (Name)`, [], true],
  [`${DROP_KEY} CREATE UNIQUE INDEX other ON kmsx_backup (Name) INCLUDE (KeyId)`, [], true],
  [`${DROP_KEY} CREATE INDEX other ON kmsx_backup (Name)`, MALFORMED, false],
  [`${DROP_KEY} CREATE UNIQUE INDEX other ON kmsx_backup (Name, KeyId)`, MALFORMED, false],
  [`${DROP_KEY} CREATE UNIQUE INDEX other ON kmsx_backup (KeyId)`, MALFORMED, false],
  [`${DROP_KEY} CREATE UNIQUE INDEX other ON kmsx_backup (lower(Name))`, MALFORMED, false],
  [`${DROP_KEY} CREATE UNIQUE INDEX other ON kmsx_backup (Name) WHERE Rehearsal`, MALFORMED, false],
  [
    `${DROP_KEY} ALTER TABLE kmsx_backup ADD UNIQUE (Name) DEFERRABLE INITIALLY DEFERRED`,
    MALFORMED,
    false,
  ],
  [
    `${DROP_KEY} CREATE UNIQUE INDEX other ON kmsx_backup (Name);
UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'other'::regclass`,
    MALFORMED,
    false,
  ],
  ['ALTER TABLE kmsx_backup ALTER Name TYPE text COLLATE "default"', MALFORMED, false],
  ['CREATE TABLE heir () INHERITS (kmsx_backup)', MALFORMED, false],
  [
    `ALTER TABLE kmsx_backup RENAME TO hidden; CREATE VIEW kmsx_backup AS SELECT * FROM hidden; ${RIGHTS}`,
    [
      ['table-malformed', 'error'],
      ['table-malformed', 'error'],
    ],
    false,
  ],
  [
    `${LIKE} PARTITION BY HASH (Name); ALTER TABLE other ADD PRIMARY KEY (Name); ${SWAP} ${RIGHTS}
CREATE TABLE part PARTITION OF kmsx_backup FOR VALUES WITH (MODULUS 1, REMAINDER 0)`,
    [],
    true,
  ],
  [
    `${LIKE} PARTITION BY HASH (Name); ALTER TABLE other ADD PRIMARY KEY (Name); ${SWAP} ${RIGHTS}
CREATE UNLOGGED TABLE part PARTITION OF kmsx_backup FOR VALUES WITH (MODULUS 1, REMAINDER 0)`,
    NOT_DURABLE,
    false,
  ],
  ['ALTER TABLE kmsx_work_event DROP CONSTRAINT kmsx_work_event_pkey', MALFORMED, true],
  ['ALTER TABLE kmsx_proof SET UNLOGGED', NOT_DURABLE, true],
  ['DROP TABLE kmsx_proof, kmsx_drill', [['tables-missing', 'warning']], true],
];

const MYSQL: readonly Row[] = [
  ['SELECT 1', [], true],
  ['ALTER TABLE kmsx_backup ENGINE=Aria', NOT_DURABLE, false],
  ['ALTER TABLE kmsx_backup DROP PRIMARY KEY', MALFORMED, false],
  ['ALTER TABLE kmsx_backup DROP PRIMARY KEY, ADD UNIQUE (Name)', [], true],
  ['ALTER TABLE kmsx_backup DROP PRIMARY KEY, ADD INDEX (Name)', MALFORMED, false],
  ['ALTER TABLE kmsx_backup DROP PRIMARY KEY, ADD UNIQUE (Name(100))', MALFORMED, false],
  ['ALTER TABLE kmsx_backup DROP PRIMARY KEY, ADD UNIQUE (Name, KeyId)', MALFORMED, false],
  ['ALTER TABLE kmsx_backup DROP PRIMARY KEY, ADD UNIQUE (KeyId)', MALFORMED, false],
  ['ALTER TABLE kmsx_backup MODIFY Name VARCHAR(128) COLLATE utf8mb4_general_ci', MALFORMED, false],
  [
    `RENAME TABLE kmsx_backup TO hidden; CREATE VIEW kmsx_backup AS SELECT * FROM hidden; ${RIGHTS}`,
    [
      ['not-durable', 'error'],
      ['table-malformed', 'error'],
    ],
    false,
  ],
  ['ALTER TABLE kmsx_work_event DROP PRIMARY KEY, ADD UNIQUE (List, Id(8))', MALFORMED, true],
  ['ALTER TABLE kmsx_proof ENGINE=Aria', NOT_DURABLE, true],
  ['DROP TABLE kmsx_proof, kmsx_drill', [['tables-missing', 'warning']], true],
];

describe.each([
  ['PostgreSQL', postgresDatabase, POSTGRESQL],
  ['MariaDB', mariaDatabase, MYSQL],
])('a table of a store in %s', (_, create, rows) => {
  const database = useDatabase(create);

  beforeEach(async () => {
    await readyStore(database());
  });

  it.each(rows)('%s', async (statement, found, keeps) => {
    database().sql(statement);
    const { store, database: login, close } = await openTestStore(database().url(), database().env);
    const findings = await checkStore(login, 'db');
    expect(findings.map(({ Code, Severity }) => [Code, Severity])).toEqual(found);
    if (keeps) await store.assertReady();
    else await expect(store.assertReady()).rejects.toMatchObject({ code: 'store-not-ready' });
    await close();
  });
});
