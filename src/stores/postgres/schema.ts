import { NAME_PATTERN } from '../name.ts';

/** The table as SQL names it. */
export function tableOf(schema: string | undefined): string {
  return schema === undefined ? 'kmsx_backup' : `"${schema}".kmsx_backup`;
}

/** The tables and the role, in statements that do no harm where they were run before. */
export function postgresSchema(schema: string | undefined): string[] {
  const table = tableOf(schema);
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (
  Name text COLLATE "C" PRIMARY KEY CHECK (Name ~ '${NAME_PATTERN}'),
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
)`,
    `CREATE INDEX IF NOT EXISTS kmsx_backup_keyid ON ${table} (KeyId)`,
    `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'kmsx_writer') THEN
    CREATE ROLE kmsx_writer NOLOGIN;
  END IF;
END $$`,
    ...(schema === undefined ? [] : [`GRANT USAGE ON SCHEMA "${schema}" TO kmsx_writer`]),
    `GRANT INSERT, SELECT ON ${table} TO kmsx_writer`,
  ];
}
