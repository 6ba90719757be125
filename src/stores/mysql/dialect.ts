import type { Dialect } from '../database.ts';
import { serverFindings } from './findings.ts';
import { excessRights } from './rights.ts';
import { MYSQL_SCHEMA } from './schema.ts';
import { tableFindings } from './table-findings.ts';

export const mysqlDialect: Dialect = {
  tableOf: (name) => name,
  schema: MYSQL_SCHEMA,
  begin: ['START TRANSACTION READ WRITE'],
  isReadOnly: '@@global.read_only',
  now: 'CURRENT_TIMESTAMP(3)',
  later: (seconds) => `CURRENT_TIMESTAMP(3) + INTERVAL ${seconds} SECOND`,
  timestamp: (date) => date.toISOString().replace('T', ' ').replace('Z', ''),
  serverFindings,
  tableFindings,
  excessRights,
};
