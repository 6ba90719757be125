/** The tables of a store: backups, the work lists of batches, and the proofs and claims of drills. */
export type TableName =
  | 'kmsx_backup'
  | 'kmsx_work_list'
  | 'kmsx_work_line'
  | 'kmsx_work_event'
  | 'kmsx_proof'
  | 'kmsx_drill';

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
