import type { Database, Finding } from '../database.ts';
import { replicationFindings } from './replication.ts';

/** What makes a commit less than durable, or the server one that takes no rows. */
export async function serverFindings(database: Database): Promise<Finding[]> {
  const [server] = await database.query(
    `SELECT @@global.read_only AS readonly,
  @@global.innodb_flush_log_at_trx_commit AS flushed,
  @@global.innodb_doublewrite AS doublewrite,
  @@global.log_bin AS binlog,
  @@global.sync_binlog AS synced`,
  );
  const [redo] = await database.query("SHOW GLOBAL STATUS LIKE 'Innodb_redo_log_enabled'");
  const findings: Finding[] = [];
  const find = (Code: Finding['Code'], Severity: Finding['Severity'], Message: string): void => {
    findings.push({ Code, Severity, Message });
  };
  if (isOn(server?.['readonly'])) {
    find('read-only', 'error', 'read_only is on: this server is a replica, or takes no rows');
  }
  const flushed = Number(server?.['flushed']);
  if (flushed !== 1) {
    find(
      'not-durable',
      'error',
      `innodb_flush_log_at_trx_commit is ${flushed}: a commit does not survive a crash`,
    );
  }
  // After a crash InnoDB undoes what it has prepared and the binary log does not have.
  if (isOn(server?.['binlog']) && Number(server?.['synced']) !== 1) {
    find(
      'not-durable',
      'error',
      `sync_binlog is ${Number(server?.['synced'])}: a commit that the binary log lost is undone after a crash`,
    );
  }
  if (redo !== undefined && !isOn(redo['Value'])) {
    find(
      'not-durable',
      'error',
      'the redo log of InnoDB is disabled: a commit does not survive a crash',
    );
  }
  if (!isOn(server?.['doublewrite'])) {
    find('not-durable', 'warning', 'innodb_doublewrite is off: a crash can damage pages');
  }
  return findings.some(({ Code }) => Code === 'read-only')
    ? findings
    : [...findings, ...(await replicationFindings(database))];
}

/** 1, `1`, ON, or one of the newer words for read_only. */
function isOn(value: unknown): boolean {
  return !['0', 'OFF', 'FALSE'].includes(String(value).toUpperCase());
}
