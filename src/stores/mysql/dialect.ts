import type { Dialect } from '../database.ts';
import { rightsFindings, serverFindings } from './findings.ts';
import { MYSQL_SCHEMA, TABLE } from './schema.ts';

export const mysqlDialect: Dialect = {
  table: TABLE,
  schema: MYSQL_SCHEMA,
  begin: ['START TRANSACTION READ WRITE'],
  isReadOnly: '@@global.read_only',
  timestamp: (date) => date.toISOString().replace('T', ' ').replace('Z', ''),
  serverFindings,
  rightsFindings,
};
