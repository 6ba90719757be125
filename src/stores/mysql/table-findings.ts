import type { Database, Finding } from '../database.ts';
import type { TableName } from '../tables.ts';
import { KEYS } from '../tables.ts';

/** What lets a table lose rows that were committed, or have two rows of one key. */
export async function tableFindings(database: Database, name: TableName): Promise<Finding[]> {
  const [table] = await database.query(
    `SELECT ENGINE AS engine FROM information_schema.TABLES
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
    [name],
  );
  if (table === undefined) return []; // using it says what is missing
  const key = KEYS[name];
  const shown = key.join(', ');
  const findings: Finding[] = [];
  const find = (Code: Finding['Code'], what: string): void => {
    findings.push({ Code, Severity: 'error', Message: `${name} ${what}` });
  };
  const engine = String(table['engine']); // null of a view
  if (engine.toUpperCase() !== 'INNODB') {
    find('not-durable', `is a table of engine ${engine}, not of InnoDB: it has no commit`);
  }
  if (!(await isUnique(database, name))) {
    find(
      'table-malformed',
      `has no unique index on exactly (${shown}), each as a whole: several rows could have one key`,
    );
  }
  const columns = await database.query(
    `SELECT COLUMN_NAME AS name, COLLATION_NAME AS collation FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
    [name],
  );
  const isByBytes = columns.every(
    ({ name: column, collation }) =>
      !key.includes(String(column)) || /^null$|_bin$/.test(String(collation)),
  );
  if (!isByBytes) find('table-malformed', `does not compare ${shown} byte for byte`);
  return findings;
}

/** Whether a unique index has exactly the key's columns, and no prefix of one. */
async function isUnique(database: Database, name: TableName): Promise<boolean> {
  const rows = await database.query(
    `SELECT INDEX_NAME AS name, COLUMN_NAME AS part, SUB_PART AS length
FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND NON_UNIQUE = 0`,
    [name],
  );
  const indexes = new Map<string, string[]>();
  for (const { name: index, part, length } of rows) {
    const column = length === null ? String(part) : `a prefix of ${String(part)}`;
    indexes.set(String(index), [...(indexes.get(String(index)) ?? []), column]);
  }
  const wanted = KEYS[name].toSorted().join(' ');
  return [...indexes.values()].some((parts) => parts.toSorted().join(' ') === wanted);
}
