import { KmsxError, kmsxError } from '../base/error.ts';
import { STORE_PREFIX } from '../base/place-prefixes.ts';
import type { Database, Row } from './database.ts';
import { isLost } from './database.ts';
import { storeAt } from './failure.ts';
import type { StorePlan } from './plan.ts';
import type { StoredBackup } from './record.ts';
import { COLUMNS, valuesOf } from './record.ts';

/** How often a backup is sent where the connection is lost before the answer. */
const SENDINGS = 2;

/** Backups in a database. Nothing of it changes or deletes one. */
export interface Store {
  /** As in `db.example:5432/keys`. */
  readonly label: string;
  /**
   * Checks that backups can be kept here, durably, before there is one: the tables, the rights, the server's settings.
   *
   * @throws KmsxError `store-not-ready`, `store-permission-missing`, `store-read-only`, and those of `Database.query`
   */
  assertReady(): Promise<void>;
  /**
   * Checks that no backup has a name yet. It is the insertion that keeps a name from being used twice.
   *
   * @throws KmsxError `store-name-exists`, and those of `Database.query`
   */
  assertFree(name: string): Promise<void>;
  /**
   * Keeps a backup: resolves when its commit was synced and the primary gave it back, byte for byte. Where the connection
   * is lost before the answer, the name is read on a new one: it is this backup if it has the same bytes.
   *
   * @throws KmsxError `store-name-exists`, `store-differs`, `store-read-only`, and those of `Database.query`
   */
  keep(backup: StoredBackup): Promise<void>;
  /**
   * Reads a backup as it was given, without a line break at its end.
   *
   * @throws KmsxError `store-name-missing`, and those of `Database.query`
   */
  read(name: string): Promise<Buffer>;
  /** The first rows after a name, in the order of the names' bytes; fewer than `limit` are the last. */
  page(prefix: string, after: string, limit: number): Promise<readonly NamedDocument[]>;
  close(): Promise<void>;
}

export interface NamedDocument {
  readonly name: string;
  readonly text: string;
}

/**
 * Connects to a store.
 *
 * @param signal - ends the connection, whatever it does
 * @throws KmsxError `store-unreachable`, `store-tls-failed`, `store-login-refused`, `store-not-ready`
 */
export async function openStore(plan: StorePlan, signal: AbortSignal): Promise<Store> {
  const store = new DatabaseStore(plan.address.label, () => openDatabase(plan, signal));
  await store.connect();
  return store;
}

/** Connects to the database of a store. */
export async function openDatabase(plan: StorePlan, signal: AbortSignal): Promise<Database> {
  if (plan.address.kind === 'postgresql') {
    const { openPostgres } = await import('./postgres/open.ts');
    return await openPostgres(plan, signal);
  }
  const { openMysql } = await import('./mysql/open.ts');
  return await openMysql(plan, signal);
}

class DatabaseStore implements Store {
  readonly label: string;
  readonly #open: () => Promise<Database>;
  #database: Database | undefined;

  constructor(label: string, open: () => Promise<Database>) {
    this.label = label;
    this.#open = open;
  }

  async connect(): Promise<Database> {
    this.#database ??= await this.#open();
    return this.#database;
  }

  async assertReady(): Promise<void> {
    const database = await this.connect();
    const { dialect } = database;
    const found = (await dialect.serverFindings(database)).find(
      ({ Severity }) => Severity === 'error',
    );
    if (found !== undefined) {
      const code = found.Code === 'read-only' ? 'store-read-only' : 'store-not-ready';
      throw kmsxError(code, `${storeAt(this.label)}${found.Message}`);
    }
    await database.query(tryInsert(dialect.table));
  }

  async assertFree(name: string): Promise<void> {
    const { query, dialect } = await this.connect();
    const [row] = await query(`SELECT 1 AS found FROM ${dialect.table} WHERE Name = ?`, [name]);
    if (row !== undefined) throw this.#exists(name);
  }

  async keep(backup: StoredBackup): Promise<void> {
    for (let sending = 1; ; sending += 1) {
      try {
        await this.#insert(backup);
        break;
      } catch (error) {
        if (!(error instanceof KmsxError)) throw error;
        if (error.code === 'store-name-exists') {
          const found = await this.#readBack(backup.name);
          if (found === backup.text) return; // an insertion whose answer was lost
          throw this.#exists(backup.name, error);
        }
        if (!isLost(error)) throw error;
        const found = await this.#readAfterLoss(backup.name, error);
        if (found === backup.text) return;
        if (found !== undefined) throw this.#exists(backup.name, error);
        if (sending === SENDINGS) throw notKept(backup.name, error);
      }
    }
    const found = await this.#readBack(backup.name);
    if (found !== backup.text) throw this.#differs(backup.name, found);
  }

  async read(name: string): Promise<Buffer> {
    const { query, dialect } = await this.connect();
    const [row] = await query(`SELECT Document AS document FROM ${dialect.table} WHERE Name = ?`, [
      name,
    ]);
    if (row === undefined) {
      throw kmsxError(
        'store-name-missing',
        `${STORE_PREFIX}${name} is not in the store at ${this.label}`,
      );
    }
    return Buffer.from(textOf(row));
  }

  async page(prefix: string, after: string, limit: number): Promise<readonly NamedDocument[]> {
    const { query, dialect } = await this.connect();
    const rows = await query(
      `SELECT Name AS name, Document AS document FROM ${dialect.table}
WHERE Name > ? AND LEFT(Name, ${prefix.length}) = ? ORDER BY Name LIMIT ${limit}`,
      [after, prefix],
    );
    return rows.map((row) => ({ name: String(row['name']), text: textOf(row) }));
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await database?.close();
  }

  /** One transaction: when it resolves, the commit was acknowledged. */
  async #insert(backup: StoredBackup): Promise<void> {
    const { query, dialect } = await this.connect();
    for (const statement of dialect.begin) await query(statement);
    try {
      const places = COLUMNS.map(() => '?').join(', ');
      await query(
        `INSERT INTO ${dialect.table} (${COLUMNS.join(', ')}) VALUES (${places})`,
        valuesOf(backup, dialect),
      );
      await query('COMMIT');
    } catch (error) {
      if (error instanceof KmsxError && !isLost(error)) await query('ROLLBACK');
      throw error;
    }
  }

  /** The document of a name, from a server that is no replica; undefined if there is none. */
  async #readBack(name: string): Promise<string | undefined> {
    const { query, dialect } = await this.connect();
    const [server] = await query(`SELECT ${dialect.isReadOnly} AS replica`);
    const [row] = await query(`SELECT Document AS document FROM ${dialect.table} WHERE Name = ?`, [
      name,
    ]);
    if (isTrue(server?.['replica'])) {
      throw kmsxError(
        'store-read-only',
        `${STORE_PREFIX}${name} could not be read back: the server that answers at ${this.label} is a replica`,
      );
    }
    return row === undefined ? undefined : textOf(row);
  }

  /** As `#readBack`, on a new connection; where there is none, nobody knows what became of the backup. */
  async #readAfterLoss(name: string, lost: KmsxError): Promise<string | undefined> {
    try {
      await this.close();
      return await this.#readBack(name);
    } catch (error) {
      if (!(error instanceof KmsxError)) throw error;
      throw lost.with({
        message: `${STORE_PREFIX}${name}: ${lost.message}; whether it was kept could not be read`,
        hints: [
          `when the store answers again, --in ${STORE_PREFIX}${name} reads it if it was kept`,
        ],
      });
    }
  }

  #exists(name: string, cause?: unknown): KmsxError {
    const message = `${STORE_PREFIX}${name} already exists in the store at ${this.label}`;
    return kmsxError('store-name-exists', message, { cause });
  }

  #differs(name: string, found: string | undefined): KmsxError {
    const what = found === undefined ? 'is not there' : 'differs';
    return kmsxError(
      'store-differs',
      `${STORE_PREFIX}${name} was committed in the store at ${this.label}, and what is read back ${what}`,
    );
  }
}

function notKept(name: string, lost: KmsxError): KmsxError {
  return lost.with({
    message: `${STORE_PREFIX}${name} was not kept: ${lost.message}`,
    hints: ['nothing of that name is in the store: run the command again when it answers'],
  });
}

/** An insertion of no rows: it needs the table, all its columns, and the rights to insert and to read. */
export function tryInsert(table: string): string {
  const columns = COLUMNS.join(', ');
  return `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${table} WHERE 1 = 0`;
}

function textOf(row: Row): string {
  const { document } = row;
  return typeof document === 'string' ? document : String(document);
}

function isTrue(value: unknown): boolean {
  return !['false', '0', 'OFF', 'undefined'].includes(String(value));
}
