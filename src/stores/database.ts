import type { KmsxError } from '../base/error.ts';
import type { TableName } from './tables.ts';

/** What a statement binds: never part of its text. */
export type Value = string | number | boolean | null;

/** A row, by the columns' names in lower case. */
export type Row = Readonly<Record<string, unknown>>;

/** What was found wrong with a database; a warning does not keep backups out of it. */
export interface Finding {
  readonly Code:
    | 'not-durable'
    | 'read-only'
    | 'rights-missing'
    | 'tables-missing'
    | 'table-malformed'
    | 'too-many-rights'
    | 'encoding';
  readonly Severity: 'error' | 'warning';
  readonly Message: string;
}

/** A right by which what is kept could be changed or deleted. */
export interface ExcessRight {
  /** As in `UPDATE`, or `the rights of its owner`. */
  readonly right: string;
  /** The role that has it; undefined: the login itself. */
  readonly role: string | undefined;
  /** Undefined: all of them. */
  readonly table: TableName | undefined;
}

/** What is different from database to database. */
export interface Dialect {
  /** A table as SQL names it. */
  readonly tableOf: (name: TableName) => string;
  /** The statements that make the tables and the role, each once more without harm. */
  readonly schema: readonly string[];
  /** Begins a transaction whose commit is durable. */
  readonly begin: readonly string[];
  /** An expression: whether the server that answers is a replica, or takes no rows. */
  readonly isReadOnly: string;
  /** Expressions: the time of the database's clock, and so many seconds later. */
  readonly now: string;
  readonly later: (seconds: number) => string;
  /** How a point of time is bound. */
  readonly timestamp: (date: Date) => Value;
  /** Finds what keeps a backup from being durable on this server, whatever the rights. */
  readonly serverFindings: (database: Database) => Promise<Finding[]>;
  /** Finds what lets a table lose rows, or have two of one key; nothing of one that this login does not see. */
  readonly tableFindings: (database: Database, table: TableName) => Promise<Finding[]>;
  /** Finds rights to take rows away, of this login and of every role that it can take on. */
  readonly excessRights: (database: Database) => Promise<ExcessRight[]>;
}

/** A connection to a database. */
export interface Database {
  readonly dialect: Dialect;
  /** As in `PostgreSQL 15.18`. */
  readonly version: () => Promise<string>;
  /**
   * Runs one statement. Its values stand as `?` in the text, which has no other question mark.
   *
   * @throws KmsxError `store-unreachable` where the connection was lost, and what `store-…` says of the refusal
   */
  readonly query: (text: string, values?: readonly Value[]) => Promise<readonly Row[]>;
  /** Ends the connection, waiting for the server a moment at most. */
  readonly close: () => Promise<void>;
}

/** The time of the database's own clock. */
export async function timeOf({ query, dialect }: Database): Promise<Date> {
  const [row] = await query(`SELECT ${dialect.now} AS now`);
  const now = row?.['now'];
  if (now instanceof Date) return now;
  throw new TypeError('a database that gives no time');
}

/** Whether the connection is gone, and with it the answer: what was asked may have been done. */
export function isLost({ code }: KmsxError): boolean {
  return code === 'store-unreachable';
}

/** The time that a connection may take to be made, in milliseconds. */
export const CONNECT_MS = 10_000;

/** The time that a statement may take, in milliseconds. */
export const STATEMENT_MS = 30_000;

/** The time that a server gets to say good-bye, in milliseconds. */
export const CLOSE_MS = 1000;
