import { KmsxError, kmsxError } from '../base/error.ts';
import { STORE_PREFIX } from '../base/place-prefixes.ts';
import type { Documents } from './backup-rows.ts';
import {
  BACKUPS,
  differs,
  insertBackups,
  nameExists,
  places,
  readBack,
  readRows,
  tryInsert,
} from './backup-rows.ts';
import { Connection, inTransaction } from './connection.ts';
import type { Database, Finding } from './database.ts';
import { isLost } from './database.ts';
import { storeAt } from './failure.ts';
import { keptTogether } from './kept-together.ts';
import type { StorePlan } from './login/plan.ts';
import type { StoredBackup } from './record.ts';
import { assertTrustedSocket } from './login/socket.ts';

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
  /** Those names that have a backup already. */
  taken(names: readonly string[]): Promise<readonly string[]>;
  /**
   * Keeps a backup: resolves when its commit was synced and the primary gave it back, byte for byte. Where the connection
   * is lost before the answer, the name is read on a new one: it is this backup if it has the same bytes.
   *
   * @throws KmsxError `store-name-exists`, `store-differs`, `store-read-only`, and those of `Database.query`
   */
  readonly keep: (backup: StoredBackup) => Promise<void>;
  /**
   * Reads a backup as it was given, without a line break at its end; on a new connection where the old one was lost.
   *
   * @throws KmsxError `store-name-missing`, `input-too-large`, and those of `Database.query`
   */
  read(name: string): Promise<Buffer>;
  /** The first names after a name, in the order of their bytes, cut at `MOST_OF_NAME`; fewer than `limit` are the last. */
  names(prefix: string, after: string, limit: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** So many characters are too many for a name. */
const MOST_OF_NAME = 129;

/**
 * Connects to a store.
 *
 * @param signal - ends the connection, whatever it does
 * @throws KmsxError `store-unreachable`, `store-tls-failed`, `store-login-refused`, `store-not-ready`
 */
export async function openStore(plan: StorePlan, signal: AbortSignal): Promise<Store> {
  const connection = connectionTo(plan, signal);
  await connection.connect();
  return new DatabaseStore(connection);
}

/** The way to the database of a store, which is not connected to yet. */
export function connectionTo(plan: StorePlan, signal: AbortSignal): Connection {
  return new Connection(plan.address.label, () => openDatabase(plan, signal));
}

/**
 * Connects to the database of a store.
 *
 * @throws KmsxError `store-socket-untrusted`, and those of `openStore`
 */
export async function openDatabase(plan: StorePlan, signal: AbortSignal): Promise<Database> {
  await assertTrustedSocket(plan.address, plan.userId);
  if (plan.address.kind === 'postgresql') {
    const { openPostgres } = await import('./postgres/open.ts');
    return await openPostgres(plan, signal);
  }
  const { openMysql } = await import('./mysql/open.ts');
  return await openMysql(plan, signal);
}

/** So many backups go into one transaction. */
const GROUP = 100;

class DatabaseStore implements Store {
  readonly label: string;
  /** Several that are handed in at once go together, in one transaction. */
  readonly keep: (backup: StoredBackup) => Promise<void>;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.label = connection.label;
    this.#connection = connection;
    this.keep = keptTogether(GROUP, {
      together: (backups) => this.#keepAll(backups),
      alone: (backup) => this.#keepOne(backup),
    });
  }

  async assertReady(): Promise<void> {
    await this.#connection.exclusive(async (database) => {
      const { dialect } = database;
      assertNone(await dialect.serverFindings(database), this.label);
      await database.query(tryInsert(dialect.tableOf(BACKUPS)));
      assertNone(await dialect.tableFindings(database, BACKUPS), this.label);
    });
  }

  async assertFree(name: string): Promise<void> {
    const [taken] = await this.taken([name]);
    if (taken !== undefined) throw nameExists(taken, this.label);
  }

  async taken(names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) return [];
    return await this.#connection.repeatable(async ({ query, dialect }) => {
      const rows = await query(
        `SELECT Name AS name FROM ${dialect.tableOf(BACKUPS)} WHERE Name IN (${places(names)})`,
        names,
      );
      return rows.map((row) => String(row['name']));
    });
  }

  async read(name: string): Promise<Buffer> {
    const { rows } = await this.#connection.repeatable((database) => readRows(database, [name]));
    const text = rows.get(name);
    if (typeof text === 'string') return Buffer.from(text);
    const label = STORE_PREFIX + name;
    if (text === null) {
      throw kmsxError('input-too-large', `${label} is larger than 1 MiB`, { details: { label } });
    }
    throw kmsxError('store-name-missing', `${label} is not in the store at ${this.label}`);
  }

  async names(prefix: string, after: string, limit: number): Promise<readonly string[]> {
    const rows = await this.#connection.repeatable(({ query, dialect }) =>
      query(
        `SELECT LEFT(Name, ${MOST_OF_NAME}) AS name FROM ${dialect.tableOf(BACKUPS)}
WHERE Name > ? AND LEFT(Name, ${prefix.length}) = ? ORDER BY Name LIMIT ${limit}`,
        [after, prefix],
      ),
    );
    return rows.map((row) => String(row['name']));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #keepAll(backups: readonly StoredBackup[]): Promise<boolean> {
    await this.#connection.exclusive(inTransaction((database) => insertBackups(database, backups)));
    const found = await this.#readBack(backups.map(({ name }) => name));
    return backups.every(({ name, text }) => found.get(name) === text);
  }

  async #keepOne(backup: StoredBackup): Promise<void> {
    const { name } = backup;
    for (let sending = 1; ; sending += 1) {
      try {
        await this.#connection.exclusive(
          inTransaction((database) => insertBackups(database, [backup])),
        );
        break;
      } catch (error) {
        if (!(error instanceof KmsxError)) throw error;
        if (error.code === 'store-name-exists') {
          const found = (await this.#readBack([name])).get(name);
          if (found === backup.text) return; // an insertion whose answer was lost
          throw nameExists(name, this.label, error);
        }
        if (!isLost(error)) throw error;
        const found = await this.#readAfterLoss(name, error);
        if (found === backup.text) return;
        if (found !== undefined) throw nameExists(name, this.label, error);
        if (sending === SENDINGS) throw notKept(name, error);
      }
    }
    const found = (await this.#readBack([name])).get(name);
    if (found !== backup.text) throw differs(name, found, this.label);
  }

  #readBack(names: readonly string[]): Promise<Documents> {
    return this.#connection.exclusive((database) => readBack(database, names, this.label));
  }

  /** As `#readBack`, on a new connection; where there is none, nobody knows what became of the backup. */
  async #readAfterLoss(name: string, lost: KmsxError): Promise<string | null | undefined> {
    try {
      return (await this.#readBack([name])).get(name);
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
}

/** @throws KmsxError `store-read-only`, `store-not-ready` for the first error among findings */
function assertNone(findings: readonly Finding[], label: string): void {
  const found = findings.find(({ Severity }) => Severity === 'error');
  if (found === undefined) return;
  const code = found.Code === 'read-only' ? 'store-read-only' : 'store-not-ready';
  throw kmsxError(code, `${storeAt(label)}${found.Message}`);
}

function notKept(name: string, lost: KmsxError): KmsxError {
  return lost.with({
    message: `${STORE_PREFIX}${name} was not kept: ${lost.message}`,
    hints: ['nothing of that name is in the store: run the command again when it answers'],
  });
}
