/** The tables of a store: backups, the work lists of batches, and the proofs and claims of drills. */
export type TableName =
  | 'kmsx_backup'
  | 'kmsx_work_list'
  | 'kmsx_work_line'
  | 'kmsx_work_event'
  | 'kmsx_proof'
  | 'kmsx_drill';

/** The key of each table, of which it has each value once. */
export const KEYS: Readonly<Record<TableName, readonly string[]>> = {
  kmsx_backup: ['Name'],
  kmsx_work_list: ['Name'],
  kmsx_work_line: ['List', 'Line'],
  kmsx_work_event: ['List', 'Id'],
  kmsx_proof: ['Id'],
  kmsx_drill: ['Id'],
};

/** All tables, in the order in which they are made. */
export const TABLES = Object.keys(KEYS) as TableName[];

/** What a table has: its columns, and then its key. */
export function tableBody(columns: Readonly<Record<TableName, string>>, name: TableName): string {
  return `(${columns[name].trimEnd()},\n  PRIMARY KEY (${KEYS[name].join(', ')})\n)`;
}

/** The role that may insert backups and read them, and nothing else. */
export const WRITER = 'kmsx_writer';

/** The role for work lists, proofs and the claims of drills: only claims are ever updated, and nothing is deleted. */
export const WORKER = 'kmsx_worker';

/** The rights of `WORKER`. */
export const WORKER_RIGHTS: Readonly<Partial<Record<TableName, string>>> = {
  kmsx_work_list: 'INSERT, SELECT',
  kmsx_work_line: 'INSERT, SELECT, UPDATE',
  kmsx_work_event: 'INSERT, SELECT',
  kmsx_proof: 'INSERT, SELECT',
  kmsx_drill: 'INSERT, SELECT, UPDATE',
};

/** Whether rows of a table may be changed by who has `WORKER`: those that hold a claim. */
export function mayUpdate(table: TableName): boolean {
  return WORKER_RIGHTS[table]?.includes('UPDATE') === true;
}
