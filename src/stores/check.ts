import { KmsxError } from '../base/error.ts';
import type { Database, Finding } from './database.ts';
import { storeAt } from './failure.ts';
import { BACKUPS, tryInsert } from './backup-rows.ts';
import { TABLES } from './tables.ts';

/**
 * Finds what is wrong with a store: its server, its tables, the rights of this login.
 *
 * @param label - what the store is called in messages
 * @throws KmsxError those of `Database.query` that are about the connection
 */
export async function checkStore(database: Database, label: string): Promise<Finding[]> {
  const { dialect } = database;
  const table = dialect.tableOf(BACKUPS);
  const server = await dialect.serverFindings(database);
  const isReadOnly = server.some(({ Code }) => Code === 'read-only');
  const use = await refusalOf(
    database,
    isReadOnly ? `SELECT 1 FROM ${table} WHERE 1 = 0` : tryInsert(table),
  );
  if (use !== undefined) return [...server, useFinding(use, label)];
  const rights = isReadOnly ? [] : await changingRights(database);
  return [
    ...server,
    ...(await tablesFindings(database)),
    ...rights,
    ...(await dialect.rightsFindings(database)),
  ];
}

/** The flaws of the tables that are there, and which are not: a store that was made earlier has no others than backups. */
async function tablesFindings(database: Database): Promise<Finding[]> {
  const { dialect } = database;
  const flaws: Finding[] = [];
  const missing: string[] = [];
  for (const name of TABLES) {
    const table = dialect.tableOf(name);
    const refusal = await refusalOf(database, `SELECT 1 FROM ${table} WHERE 1 = 0`);
    if (refusal?.code === 'store-not-ready') missing.push(table);
    else flaws.push(...(await dialect.tableFindings(database, name)));
  }
  if (missing.length === 0) return flaws;
  const Message = `work lists and proofs need ${missing.join(', ')}: run kmsx store init again`;
  return [...flaws, { Code: 'tables-missing', Severity: 'warning', Message }];
}

/** The rights to change and to delete backups, by statements that find no row. */
async function changingRights(database: Database): Promise<Finding[]> {
  const table = database.dialect.tableOf(BACKUPS);
  const tries = {
    UPDATE: `UPDATE ${table} SET Region = Region WHERE 1 = 0`,
    DELETE: `DELETE FROM ${table} WHERE 1 = 0`,
  };
  const found: Finding[] = [];
  for (const [right, statement] of Object.entries(tries)) {
    if ((await refusalOf(database, statement)) !== undefined) continue;
    const Message = `this login has ${right} on ${table}: a backup must never be changed or deleted`;
    found.push({ Code: 'too-many-rights', Severity: 'error', Message });
  }
  return found;
}

function useFinding({ code, message }: KmsxError, label: string): Finding {
  const Code = code === 'store-permission-missing' ? 'rights-missing' : 'tables-missing';
  return { Code, Severity: 'error', Message: message.replace(storeAt(label), '') };
}

/** @throws KmsxError what is neither about rights nor about tables */
async function refusalOf(database: Database, statement: string): Promise<KmsxError | undefined> {
  try {
    await database.query(statement);
    return undefined;
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    if (error.code === 'store-permission-missing' || error.code === 'store-not-ready') return error;
    throw error;
  }
}
