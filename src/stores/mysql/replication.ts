import { KmsxError } from '../../base/error.ts';
import type { Database, Finding, Row } from '../database.ts';

/** A source of rows that this server follows. */
interface Source {
  readonly isFollowed: boolean;
  /** Group Replication keeps its own secondaries read-only. */
  readonly channel: string;
}

/**
 * Ways to ask whom a server follows, each with what a row means; the words of MySQL before 8.0.22 and of MariaDB are last.
 * (MySQL's manual, 15.7.7.35 and 29.12.11)
 */
const WAYS: readonly (readonly [statement: string, read: (row: Row) => Source])[] = [
  ['SHOW REPLICA STATUS', (row) => sourceOf(row, 'Replica')],
  [
    'SELECT CHANNEL_NAME AS Channel_Name, SERVICE_STATE AS Replica_IO_Running FROM performance_schema.replication_connection_status',
    (row) => sourceOf(row, 'Replica'),
  ],
  ['SHOW SLAVE STATUS', (row) => sourceOf(row, 'Slave')],
];

const MARIADB: typeof WAYS = [['SHOW ALL SLAVES STATUS', (row) => sourceOf(row, 'Slave')]];

function sourceOf(row: Row, word: 'Replica' | 'Slave'): Source {
  const states = [row[`${word}_IO_Running`], row[`${word}_SQL_Running`]].map(String);
  return {
    isFollowed: states.some((state) => !/^(?:no|off|undefined)$/i.test(state)),
    channel: String(row['Channel_Name'] ?? row['Connection_name']),
  };
}

/**
 * Finds out whether a server is a replica although it can be written: rows that only it has are lost when it is made anew.
 * What a login may not ask is a warning.
 */
export async function replicationFindings({ query }: Database): Promise<Finding[]> {
  // MariaDB tells everybody how many sources are being followed.
  const [running] = await query("SHOW GLOBAL STATUS LIKE 'Slaves_running'");
  if (Number(running?.['Value'] ?? 0) > 0) return [FOLLOWS];
  for (const [statement, read] of running === undefined ? WAYS : MARIADB) {
    const rows = await rowsOf(query, statement);
    if (rows === undefined) continue;
    const sources = rows
      .map(read)
      .filter(({ channel }) => !channel.startsWith('group_replication_'));
    if (sources.some(({ isFollowed }) => isFollowed)) return [FOLLOWS];
    return sources.length > 0 ? [STOPPED] : [];
  }
  return running === undefined ? [UNASKED] : [];
}

const FOLLOWS: Finding = {
  Code: 'read-only',
  Severity: 'error',
  Message:
    'this server is a replica, though it can be written: its source does not get a row of it',
};

const STOPPED: Finding = {
  Code: 'read-only',
  Severity: 'warning',
  Message:
    'this server was made a replica, and follows its source no more: RESET REPLICA ALL, if it is the primary now',
};

const UNASKED: Finding = {
  Code: 'read-only',
  Severity: 'warning',
  Message:
    'this login may not ask whether the server is a replica that can be written: give it REPLICATION CLIENT for that, or run kmsx store check as an administrator',
};

/** Undefined where the login may not ask so, or the server has no such statement. */
async function rowsOf(
  query: Database['query'],
  statement: string,
): Promise<readonly Row[] | undefined> {
  try {
    return await query(statement);
  } catch (error) {
    if (!(error instanceof KmsxError)) throw error;
    const { code } = error;
    if (code === 'store-permission-missing' || code === 'store-not-ready') return undefined;
    if (code === 'store-failed') return undefined; // no statement of this version
    throw error;
  }
}
