import { KmsxError } from '../base/error.ts';
import type { Database } from './database.ts';
import { isLost } from './database.ts';

/** The way to a database: its connection is made when it is needed, and again where it was lost. */
export class Connection {
  /** As in `db.example:5432/keys`. */
  readonly label: string;
  readonly #open: () => Promise<Database>;
  #database: Promise<Database> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(label: string, open: () => Promise<Database>) {
    this.label = label;
    this.#open = open;
  }

  /** @throws KmsxError `store-unreachable`, `store-tls-failed`, `store-login-refused`, `store-not-ready` */
  async connect(): Promise<Database> {
    const opening = (this.#database ??= this.#open());
    try {
      return await opening;
    } catch (error) {
      if (this.#database === opening) this.#database = undefined;
      throw error;
    }
  }

  /** Uses the connection, after all that was begun before. Where it is lost meanwhile, the next use makes another. */
  exclusive<T>(use: (database: Database) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      try {
        return await use(await this.connect());
      } catch (error) {
        if (error instanceof KmsxError && isLost(error)) await this.close();
        throw error;
      }
    });
    this.#last = result.catch(() => undefined); // whoever asked for it hears of it
    return result;
  }

  /** As `exclusive`, for what does no harm when it is done twice: it is, where the connection was lost the first time. */
  async repeatable<T>(use: (database: Database) => Promise<T>): Promise<T> {
    try {
      return await this.exclusive(use);
    } catch (error) {
      if (!(error instanceof KmsxError) || !isLost(error)) throw error;
      return await this.exclusive(use);
    }
  }

  /** Ends the connection; another use makes it again. */
  async close(): Promise<void> {
    const opening = this.#database;
    this.#database = undefined;
    const database = await opening?.catch(() => undefined); // what could not be opened needs no end
    await database?.close();
  }
}

/**
 * A use as one transaction: when it resolves, the commit was acknowledged as synced. It throws what
 * `Database.query` does; unless the connection is lost, nothing was done then.
 */
export function inTransaction<T>(
  use: (database: Database) => Promise<T>,
): (database: Database) => Promise<T> {
  return async (database) => {
    const { query, dialect } = database;
    for (const statement of dialect.begin) await query(statement);
    try {
      const result = await use(database);
      await query('COMMIT');
      return result;
    } catch (error) {
      if (error instanceof KmsxError && !isLost(error)) await query('ROLLBACK');
      throw error;
    }
  };
}
