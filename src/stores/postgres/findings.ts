import type { Database, Finding } from '../database.ts';

/** What makes a commit less than durable, or the server one that takes no rows. */
export async function serverFindings(database: Database): Promise<Finding[]> {
  const [row] = await database.query(
    `SELECT pg_catalog.pg_is_in_recovery() AS replica,
  current_setting('transaction_read_only') AS readonly,
  current_setting('fsync') AS fsync,
  current_setting('full_page_writes') AS pages,
  current_setting('synchronous_commit') AS commit,
  current_setting('server_encoding') AS encoding`,
  );
  const findings: Finding[] = [];
  const find = (Code: Finding['Code'], Severity: Finding['Severity'], Message: string): void => {
    findings.push({ Code, Severity, Message });
  };
  if (row?.['replica'] === true) find('read-only', 'error', 'this server is a replica');
  else if (row?.['readonly'] === 'on') {
    find('read-only', 'error', 'default_transaction_read_only is on: it takes no rows');
  }
  if (row?.['fsync'] !== 'on') {
    find('not-durable', 'error', 'fsync is off: a commit does not survive a crash');
  }
  if (row?.['pages'] !== 'on') {
    find('not-durable', 'error', 'full_page_writes is off: a crash can damage rows');
  }
  const commit = String(row?.['commit']);
  if (['off', 'local', 'remote_write'].includes(commit)) {
    find(
      'not-durable',
      'warning',
      `synchronous_commit is ${commit}: kmsx sets it to on for its own transactions, other programs may not`,
    );
  }
  const encoding = String(row?.['encoding']);
  if (encoding !== 'UTF8') {
    find(
      'encoding',
      'warning',
      `the database is encoded in ${encoding}: it cannot hold every context`,
    );
  }
  return findings;
}
