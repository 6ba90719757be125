/** No document of a backup comes near so many bytes; what is larger is not read. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;

/** One of many backups: what it is called, and how it is read. */
export interface ListedBackup {
  /** The file's name without `.json`, the store's name, or the secret's. */
  readonly name: string;
  /**
   * The document's bytes.
   *
   * @throws KmsxError what cannot be read
   */
  readonly read: () => Promise<Buffer>;
}

/** Where many backups lie. */
export interface BackupPlace {
  /** As the user named it: a folder, `store:PREFIX`, `secret:PREFIX`. */
  readonly label: string;
  /** Every backup there, in the order of their names. */
  readonly list: () => AsyncIterable<ListedBackup>;
}
