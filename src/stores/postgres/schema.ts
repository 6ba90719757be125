import { NAME_PATTERN } from '../name.ts';
import type { TableName } from '../tables.ts';
import { tableBody, TABLES, WORKER, WORKER_RIGHTS, WRITER } from '../tables.ts';

/** A table as SQL names it: in a schema, or in the first of the search path. */
export function tableIn(schema: string | undefined, table: TableName): string {
  return schema === undefined ? table : `"${schema}".${table}`;
}

const NAME = `text COLLATE "C" NOT NULL CHECK (Name ~ '${NAME_PATTERN}')`;

/** The columns of each table, without its key. */
const COLUMNS: Readonly<Record<TableName, string>> = {
  kmsx_backup: `
  Name ${NAME},
  KeyId text NOT NULL,
  KeyVersionId text NOT NULL,
  Region text,
  EncryptionContext text,
  DataKeyId text,
  CiphertextSha256 text NOT NULL,
  WrappingKeyFingerprints text NOT NULL,
  NumberOfBytes integer,
  CreatedAt timestamptz,
  StoredAt timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  Rehearsal boolean NOT NULL,
  Document text NOT NULL
`,
  kmsx_work_list: `
  Name ${NAME},
  Header text NOT NULL,
  CreatedAt timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP
`,
  kmsx_work_line: `
  List text COLLATE "C" NOT NULL,
  Line integer NOT NULL,
  State text NOT NULL DEFAULT 'open',
  Code text,
  Worker text,
  ClaimedUntil timestamptz,
  ChangedAt timestamptz
`,
  kmsx_work_event: `
  List text COLLATE "C" NOT NULL,
  Id text COLLATE "C" NOT NULL,
  Line integer NOT NULL,
  Kind text NOT NULL,
  Document text NOT NULL,
  WrittenAt timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
`,
  kmsx_proof: `
  Id text COLLATE "C",
  Place text NOT NULL,
  Name text COLLATE "C" NOT NULL,
  KeyId text NOT NULL,
  CreatedAt timestamptz NOT NULL,
  StoredAt timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  Document text NOT NULL
`,
  kmsx_drill: `
  Id text COLLATE "C",
  Worker text,
  ClaimedUntil timestamptz,
  DrilledAt timestamptz
`,
};

/** How rows are found by something else than their keys. */
const INDEXES: readonly (readonly [name: string, table: TableName, columns: string])[] = [
  ['kmsx_backup_keyid', 'kmsx_backup', 'KeyId'],
  ['kmsx_work_line_state', 'kmsx_work_line', 'List, State, Line'],
  ['kmsx_work_event_line', 'kmsx_work_event', 'List, Line'],
  ['kmsx_work_event_kind', 'kmsx_work_event', 'List, Kind, WrittenAt, Line'],
  ['kmsx_proof_name', 'kmsx_proof', 'Name'],
];

/** The tables and the roles, in statements that do no harm where they were run before. */
export function postgresSchema(schema: string | undefined): string[] {
  const table = (name: TableName): string => tableIn(schema, name);
  const roles = [WRITER, WORKER];
  return [
    ...TABLES.map(
      (name) => `CREATE TABLE IF NOT EXISTS ${table(name)} ${tableBody(COLUMNS, name)}`,
    ),
    ...INDEXES.map(
      ([name, of, columns]) => `CREATE INDEX IF NOT EXISTS ${name} ON ${table(of)} (${columns})`,
    ),
    ...roles.map(
      (role) => `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '${role}') THEN
    CREATE ROLE ${role} NOLOGIN;
  END IF;
END $$`,
    ),
    ...(schema === undefined ? [] : [`GRANT USAGE ON SCHEMA "${schema}" TO ${roles.join(', ')}`]),
    `GRANT INSERT, SELECT ON ${table('kmsx_backup')} TO ${WRITER}`,
    ...(Object.entries(WORKER_RIGHTS) as [TableName, string][]).map(
      ([name, rights]) => `GRANT ${rights} ON ${table(name)} TO ${WORKER}`,
    ),
  ];
}
