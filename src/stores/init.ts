import type { Database } from './database.ts';
import { tryInsert } from './backup-rows.ts';
import { mysqlDialect } from './mysql/dialect.ts';
import { postgresDialect } from './postgres/dialect.ts';
import { WORKER, WRITER } from './tables.ts';
import type { StoreAddress } from './login/url.ts';

/** The SQL that `initStore` runs, to be read and run by whoever owns the database. */
export function initSql({ kind, schema }: Pick<StoreAddress, 'kind' | 'schema'>): string {
  const { schema: statements } = kind === 'mysql' ? mysqlDialect : postgresDialect(schema);
  const [before, after] = kind === 'mysql' ? [[], []] : [['BEGIN'], ['COMMIT']];
  const text = [...before, ...statements, ...after].map((statement) => `${statement};\n`).join('');
  const given =
    kind === 'mysql'
      ? `-- A login gets a role by: GRANT ${WRITER} TO 'NAME'@'HOST'; and has it when it connects by SET DEFAULT ROLE.`
      : `-- A login gets a role by: GRANT ${WRITER} TO NAME;`;
  const worker = `-- ${WRITER} keeps backups; ${WORKER} is for work lists and proofs besides (batch --journal store:NAME, drill --proofs store:).`;
  return `${text}${given}\n${worker}\n`;
}

/**
 * Makes the tables and the role of a store, and tries them. What is there already stays as it is.
 *
 * @throws KmsxError `store-permission-missing`, `store-not-ready` for a table of that name with other columns, and those
 * of `Database.query`
 */
export async function initStore(database: Database): Promise<void> {
  const { dialect, query } = database;
  // MySQL commits each of these statements by itself.
  for (const statement of dialect.begin) await query(statement);
  for (const statement of dialect.schema) await query(statement);
  await query('COMMIT');
  await query(tryInsert(dialect.tableOf('kmsx_backup')));
}
