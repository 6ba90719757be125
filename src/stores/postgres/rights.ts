import type { Database, ExcessRight } from '../database.ts';
import type { TableName } from '../tables.ts';
import { mayUpdate, TABLES } from '../tables.ts';

/** A role that a login is a member of, itself included: without INHERIT too, SET ROLE gives all of it. */
const IS_MEMBER = "pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')";

/** What goes over all tables, by the roles that have it. A role with CREATEROLE gave itself any other before PostgreSQL 16. */
const OVER_ALL = `SELECT rolname AS role, rolname IN (session_user, current_user) AS own,
  rolsuper AS "SUPERUSER",
  rolcreaterole AND current_setting('server_version_num')::int < 160000 AS "CREATEROLE",
  rolname IN ('pg_write_server_files', 'pg_execute_server_program')
    AS "the files of the server in its hands"
FROM pg_catalog.pg_roles r WHERE ${IS_MEMBER}`;

const ON_TABLE = `SELECT rolname AS role, rolname IN (session_user, current_user) AS own,
  pg_catalog.has_table_privilege(r.oid, c.oid, 'UPDATE') AS "UPDATE",
  pg_catalog.has_any_column_privilege(r.oid, c.oid, 'UPDATE')
    AND NOT pg_catalog.has_table_privilege(r.oid, c.oid, 'UPDATE') AS "UPDATE of a column",
  pg_catalog.has_table_privilege(r.oid, c.oid, 'DELETE') AS "DELETE",
  pg_catalog.has_table_privilege(r.oid, c.oid, 'TRUNCATE') AS "TRUNCATE",
  pg_catalog.has_table_privilege(r.oid, c.oid, 'TRIGGER') AS "TRIGGER",
  relowner = r.oid AS "the rights of its owner",
  nspowner = r.oid AS "the rights of its schema's owner",
  datdba = r.oid AS "the rights of its database's owner"
FROM pg_catalog.pg_roles r, pg_catalog.pg_database, pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
WHERE c.oid = pg_catalog.to_regclass(?) AND datname = current_database() AND ${IS_MEMBER}`;

/** The rights to take rows away, of the login and of every role that it can take on. */
export async function excessRights(database: Database): Promise<ExcessRight[]> {
  const overAll = await rightsIn(database, OVER_ALL);
  const highest = overAll.find(({ right }) => right === 'SUPERUSER');
  if (highest !== undefined) return [highest];
  const found = [...overAll];
  for (const table of TABLES) found.push(...(await rightsIn(database, ON_TABLE, table)));
  return found;
}

/** Each column that is true is a right, of the role of the row; that of a role is told where the login itself has not got it. */
async function rightsIn(
  database: Database,
  text: string,
  table?: TableName,
): Promise<ExcessRight[]> {
  const values = table === undefined ? [] : [database.dialect.tableOf(table)];
  const rows = await database.query(text, values);
  const found = new Map<string, ExcessRight>();
  for (const { role, own, ...rights } of rows.toSorted(
    (one, other) => Number(other['own']) - Number(one['own']),
  )) {
    for (const [right, has] of Object.entries(rights)) {
      if (has !== true || found.has(right)) continue;
      if (table !== undefined && mayUpdate(table) && right.startsWith('UPDATE')) continue;
      found.set(right, { right, role: own === true ? undefined : String(role), table });
    }
  }
  return [...found.values()];
}
