import { KmsxError, kmsxError } from '../base/error.ts';
import { MAX_DOCUMENT_BYTES } from '../backups/place.ts';
import { STORE_PREFIX } from '../base/place-prefixes.ts';
import type { Database, Row } from './database.ts';
import type { StoredBackup } from './record.ts';
import { COLUMNS, valuesOf } from './record.ts';

/** The table of backups. */
export const BACKUPS = 'kmsx_backup';

/** So many question marks as there are values. */
export function places(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/**
 * Inserts backups, inside a transaction: all, or none.
 *
 * @throws KmsxError `store-name-exists`, and those of `Database.query`
 */
export async function insertBackups(
  { query, dialect }: Database,
  backups: readonly StoredBackup[],
): Promise<void> {
  const rows = backups.map((backup) => valuesOf(backup, dialect));
  await query(
    `INSERT INTO ${dialect.tableOf(BACKUPS)} (${COLUMNS.join(', ')}) VALUES ${rows.map((row) => `(${places(row)})`).join(', ')}`,
    rows.flat(),
  );
}

/** An insertion of no rows: it needs the table, all its columns, and the rights to insert and to read. */
export function tryInsert(table: string): string {
  const columns = COLUMNS.join(', ');
  return `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${table} WHERE 1 = 0`;
}

/** The documents of names, as far as there are any; null is one that is larger than any document, and was not fetched. */
export type Documents = ReadonlyMap<string, string | null>;

/** The documents of names, and whether the server that gave them is a replica. */
export async function readRows(
  { query, dialect }: Database,
  names: readonly string[],
): Promise<{ readonly rows: Documents; readonly isReplica: boolean }> {
  const [server] = await query(`SELECT ${dialect.isReadOnly} AS replica`);
  const found = await query(
    `SELECT Name AS name, CASE WHEN OCTET_LENGTH(Document) <= ${MAX_DOCUMENT_BYTES} THEN Document END AS document
FROM ${dialect.tableOf(BACKUPS)} WHERE Name IN (${places(names)})`,
    names,
  );
  const rows = new Map(found.map((row) => [String(row['name']), textOf(row)]));
  return { rows, isReplica: isTrue(server?.['replica']) };
}

/**
 * The documents of names that were committed, from a server that is no replica.
 *
 * @param label - what the store is called
 * @throws KmsxError `store-read-only`, and those of `Database.query`
 */
export async function readBack(
  database: Database,
  names: readonly string[],
  label: string,
): Promise<Documents> {
  const { rows, isReplica } = await readRows(database, names);
  if (!isReplica) return rows;
  throw kmsxError(
    'store-read-only',
    `${STORE_PREFIX}${names[0] ?? ''} could not be read back: the server that answers at ${label} is a replica`,
  );
}

/** That a name has a backup already, and another one. */
export function nameExists(name: string, label: string, cause?: unknown): KmsxError {
  const message = `${STORE_PREFIX}${name} already exists in the store at ${label}`;
  return kmsxError('store-name-exists', message, { cause });
}

/** That what is read back is not what was committed. */
export function differs(name: string, found: string | null | undefined, label: string): KmsxError {
  const what = found === undefined ? 'is not there' : 'differs';
  return kmsxError(
    'store-differs',
    `${STORE_PREFIX}${name} was committed in the store at ${label}, and what is read back ${what}`,
  );
}

/** The document of a row, as it was given. */
function textOf({ document }: Row): string | null {
  return typeof document === 'string' ? document : null;
}

function isTrue(value: unknown): boolean {
  return !['false', '0', 'OFF', 'undefined'].includes(String(value));
}
