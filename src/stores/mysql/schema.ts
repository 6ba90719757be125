/** The table as SQL names it, in the database of the URL. */
export const TABLE = 'kmsx_backup';

/** The tables and the role, in statements that do no harm where they were run before. Names are compared byte for byte. */
export const MYSQL_SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${TABLE} (
  Name VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
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
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  'CREATE ROLE IF NOT EXISTS kmsx_writer',
  `GRANT INSERT, SELECT ON ${TABLE} TO kmsx_writer`,
];
