import type { JsonObject } from '../base/json.ts';
import { DocumentFields } from './document-fields.ts';
import type { EncryptionContext } from './encryption-context.ts';

export const BACKUP_FORMAT = 'kmsx-backup/1';

/** What a backup and an export document both say of the data key and of where it was made. */
export interface CommonFields {
  readonly NumberOfBytes?: number;
  readonly EncryptionContext?: EncryptionContext;
  readonly Region?: string;
  readonly Endpoint?: string;
  /** RFC 3339, UTC, milliseconds: when this document was made, by this machine's clock. */
  readonly CreatedAt?: string;
  readonly Rehearsal?: true;
}

/** All that a later Decrypt, ReEncrypt or ExportDataKey needs, and no export. `docs/documents.md`. */
export interface BackupDocument extends CommonFields {
  readonly Format: typeof BACKUP_FORMAT;
  readonly KeyId: string;
  readonly KeyVersionId: string;
  /** Standard base64, opaque: the data key under the KMS key. */
  readonly CiphertextBlob: string;
}

/**
 * Reads a backup document. Unknown fields are ignored.
 *
 * @throws KmsxError `document-malformed`, `context-malformed`
 */
export function readBackupDocument(object: JsonObject, label: string): BackupDocument {
  const fields = new DocumentFields(object, label);
  return toDocument<BackupDocument>({
    Format: BACKUP_FORMAT,
    KeyId: fields.text('KeyId'),
    KeyVersionId: fields.text('KeyVersionId'),
    CiphertextBlob: fields.base64('CiphertextBlob'),
    ...readCommonFields(fields),
  });
}

/** The fields that a backup and an export document have in common, as far as they are there. */
export function readCommonFields(fields: DocumentFields): Fields<CommonFields> {
  return {
    NumberOfBytes: fields.optionalByteCount('NumberOfBytes'),
    EncryptionContext: fields.context('EncryptionContext'),
    Region: fields.optionalText('Region'),
    Endpoint: fields.optionalText('Endpoint'),
    CreatedAt: fields.optionalText('CreatedAt'),
    Rehearsal: fields.flag('Rehearsal'),
  };
}

/** A document's fields before what is not known is left out. */
export type Fields<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** Leaves out what is not known: a document never says null. */
export function toDocument<T extends object>(fields: Fields<T>): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
