import type { Dialect } from '../database.ts';
import { serverFindings } from './findings.ts';
import { excessRights } from './rights.ts';
import { postgresSchema, tableIn } from './schema.ts';
import { tableFindings } from './table-findings.ts';

/** PostgreSQL's, with the table in a schema, or in the first of the search path. */
export function postgresDialect(schema: string | undefined): Dialect {
  return {
    tableOf: (name) => tableIn(schema, name),
    schema: postgresSchema(schema),
    // What is stronger than `on`, as remote_apply, stays.
    begin: [
      'BEGIN',
      `SELECT set_config('synchronous_commit', 'on', true)
WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')`,
    ],
    isReadOnly: 'pg_catalog.pg_is_in_recovery()',
    now: 'CURRENT_TIMESTAMP',
    later: (seconds) => `CURRENT_TIMESTAMP + interval '${seconds} seconds'`,
    timestamp: (date) => date.toISOString(),
    serverFindings,
    tableFindings,
    excessRights,
  };
}
