import type { TableName } from '../tables.ts';
import { tableBody, TABLES, WORKER, WORKER_RIGHTS, WRITER } from '../tables.ts';

/** Names are compared byte for byte. */
const ASCII = (length: number): string =>
  `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin NOT NULL`;

/** The columns of each table without its key; each is in the database of the URL. */
const COLUMNS: Readonly<Record<TableName, string>> = {
  kmsx_backup: `
  Name ${ASCII(128)},
  KeyId VARCHAR(255) NOT NULL,
  KeyVersionId VARCHAR(255) NOT NULL,
  Region VARCHAR(64),
  EncryptionContext LONGTEXT,
  DataKeyId VARCHAR(64),
  CiphertextSha256 CHAR(64) NOT NULL,
  WrappingKeyFingerprints TEXT NOT NULL,
  NumberOfBytes INT,
  CreatedAt DATETIME(3),
  StoredAt TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  Rehearsal BOOLEAN NOT NULL,
  Document LONGTEXT NOT NULL,
  KEY kmsx_backup_keyid (KeyId)
`,
  kmsx_work_list: `
  Name ${ASCII(128)},
  Header LONGTEXT NOT NULL,
  CreatedAt TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
`,
  kmsx_work_line: `
  List ${ASCII(128)},
  Line INT NOT NULL,
  State VARCHAR(8) NOT NULL DEFAULT 'open',
  Code VARCHAR(255),
  Worker VARCHAR(64),
  ClaimedUntil DATETIME(3),
  ChangedAt DATETIME(3),
  KEY kmsx_work_line_state (List, State, Line)
`,
  kmsx_work_event: `
  List ${ASCII(128)},
  Id ${ASCII(96)},
  Line INT NOT NULL,
  Kind VARCHAR(16) NOT NULL,
  Document LONGTEXT NOT NULL,
  WrittenAt TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  KEY kmsx_work_event_line (List, Line),
  KEY kmsx_work_event_kind (List, Kind, WrittenAt, Line)
`,
  kmsx_proof: `
  Id ${ASCII(64)},
  Place TEXT NOT NULL,
  Name VARCHAR(255) NOT NULL,
  KeyId VARCHAR(255) NOT NULL,
  CreatedAt DATETIME(3) NOT NULL,
  StoredAt TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  Document LONGTEXT NOT NULL,
  KEY kmsx_proof_name (Name)
`,
  kmsx_drill: `
  Id ${ASCII(64)},
  Worker VARCHAR(64),
  ClaimedUntil DATETIME(3),
  DrilledAt DATETIME(3)
`,
};

/** The tables and the roles, in statements that do no harm where they were run before. */
export const MYSQL_SCHEMA: readonly string[] = [
  ...TABLES.map(
    (name) =>
      `CREATE TABLE IF NOT EXISTS ${name} ${tableBody(COLUMNS, name)} ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ),
  ...[WRITER, WORKER].map((role) => `CREATE ROLE IF NOT EXISTS ${role}`),
  `GRANT INSERT, SELECT ON kmsx_backup TO ${WRITER}`,
  ...Object.entries(WORKER_RIGHTS).map(
    ([name, rights]) => `GRANT ${rights} ON ${name} TO ${WORKER}`,
  ),
];
