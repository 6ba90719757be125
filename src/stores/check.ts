import { KmsxError } from '../base/error.ts';
import type { Database, Dialect, ExcessRight, Finding } from './database.ts';
import { storeAt } from './failure.ts';
import { BACKUPS, tryInsert } from './backup-rows.ts';
import { KEYS, mayUpdate, TABLES, WORKER } from './tables.ts';

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
  const isReadOnly = server.some(
    ({ Code, Severity }) => Code === 'read-only' && Severity === 'error',
  );
  const use = await refusalOf(
    database,
    isReadOnly ? `SELECT 1 FROM ${table} WHERE 1 = 0` : tryInsert(table),
  );
  if (use !== undefined) return [...server, useFinding(use, label)];
  const tried = isReadOnly ? [] : await triedRights(database);
  const rights = [...tried, ...(await dialect.excessRights(database))];
  const tables = await tablesFindings(database, isReadOnly);
  return [...server, ...tables, ...rightsFindings(rights, dialect)];
}

/**
 * The flaws of the tables that are there, which are not (a store that was made earlier has no others than backups), and
 * whether this login may use those of work lists and proofs.
 */
async function tablesFindings(database: Database, isReadOnly: boolean): Promise<Finding[]> {
  const { dialect } = database;
  const found: Finding[] = [];
  const missing: string[] = [];
  let isRefused = false;
  for (const name of TABLES) {
    const table = dialect.tableOf(name);
    const nothing = `SELECT * FROM ${table} WHERE 1 = 0`;
    const refusal =
      name === BACKUPS
        ? undefined // it was tried
        : await refusalOf(database, isReadOnly ? nothing : `INSERT INTO ${table} ${nothing}`);
    isRefused ||= refusal?.code === 'store-permission-missing';
    if (refusal?.code === 'store-not-ready') missing.push(table);
    else found.push(...(await dialect.tableFindings(database, name)));
  }
  if (missing.length > 0) {
    const Message = `work lists and proofs need ${missing.join(', ')}: run kmsx store init again`;
    found.push({ Code: 'tables-missing', Severity: 'warning', Message });
  }
  if (isRefused) {
    const Message = `this login cannot share work lists or keep proofs: it lacks the role ${WORKER}`;
    found.push({ Code: 'rights-missing', Severity: 'warning', Message });
  }
  return found;
}

/** The rights to change and to delete rows, by statements that find none: whatever gave them. */
async function triedRights(database: Database): Promise<ExcessRight[]> {
  const found: ExcessRight[] = [];
  for (const name of TABLES) {
    const table = database.dialect.tableOf(name);
    const [column = ''] = KEYS[name];
    const tries = [
      ...(mayUpdate(name)
        ? []
        : [['UPDATE', `UPDATE ${table} SET ${column} = ${column}`] as const]),
      ['DELETE', `DELETE FROM ${table}`] as const,
    ];
    for (const [right, statement] of tries) {
      if ((await refusalOf(database, `${statement} WHERE 1 = 0`)) !== undefined) continue;
      found.push({ right, role: undefined, table: name });
    }
  }
  return found;
}

/** A finding for each right, with all the tables that it is for. */
function rightsFindings(rights: readonly ExcessRight[], dialect: Dialect): Finding[] {
  const found = new Map<string, Set<string>>();
  for (const { right, role, table } of rights) {
    const has = role === undefined ? right : `${right} by the role ${role}`;
    const tables = found.get(has) ?? new Set();
    found.set(has, tables);
    if (table !== undefined) tables.add(dialect.tableOf(table));
  }
  return [...found].map(([has, tables]) => ({
    Code: 'too-many-rights',
    Severity: 'error',
    Message:
      tables.size === 0
        ? `this login has ${has}: it could change or delete what is kept`
        : `this login has ${has} on ${[...tables].join(', ')}: what is kept there must never be changed or deleted`,
  }));
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
