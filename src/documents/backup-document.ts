import type { JsonObject } from '../base/json.ts';
import { DocumentFields } from './fields.ts';
import type { EncryptionContext } from './encryption-context.ts';
import { dataKeyIdOf } from './encryption-context.ts';

export const BACKUP_FORMAT = 'kmsx-backup/1';

/** What a backup and an export document both say of the data key and of where it was made. */
export interface CommonFields {
  /** 32 hexadecimal digits, with `--bind`: what the context has as `kmsx:id`. */
  readonly DataKeyId?: string;
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

/** What both documents record of a data key and its origin; the data key's id comes from the context. */
export type DocumentOrigin = Fields<Omit<CommonFields, 'DataKeyId'>>;

/**
 * What a document says of where and when it was made. Ask after the first answer of KMS: only then is it known whether
 * it is a rehearsal.
 *
 * @param kms - the client that asked
 * @param now - this machine's clock
 */
export function madeBy(
  kms: {
    readonly region: string | undefined;
    readonly endpoint: string;
    readonly isRehearsal: boolean;
  },
  now: Date,
): Pick<DocumentOrigin, 'Region' | 'Endpoint' | 'CreatedAt' | 'Rehearsal'> {
  return {
    Region: kms.region,
    Endpoint: kms.endpoint,
    CreatedAt: now.toISOString(),
    Rehearsal: kms.isRehearsal ? true : undefined,
  };
}

/** The fields that say which data key it is. */
type BackupEnvelope = Pick<BackupDocument, 'KeyId' | 'KeyVersionId' | 'CiphertextBlob'>;

/** Puts a backup document together. */
export function toBackupDocument(
  { KeyId, KeyVersionId, CiphertextBlob }: BackupEnvelope,
  origin: DocumentOrigin,
): BackupDocument {
  return toDocument<BackupDocument>({
    Format: BACKUP_FORMAT,
    KeyId,
    KeyVersionId,
    CiphertextBlob,
    ...withDataKeyId(origin),
  });
}

/** Adds the id that the context binds, so that a reader sees it at a glance. */
export function withDataKeyId(origin: DocumentOrigin): Fields<CommonFields> {
  return { DataKeyId: dataKeyIdOf(origin.EncryptionContext), ...origin };
}

/**
 * Reads a backup document. Unknown fields are ignored.
 *
 * @throws KmsxError `document-malformed`, `context-malformed`, and `document-inconsistent` where DataKeyId is not the
 * context's
 */
export function readBackupDocument(object: JsonObject, label: string): BackupDocument {
  const fields = new DocumentFields(object, label);
  return toDocument<BackupDocument>({
    Format: BACKUP_FORMAT,
    KeyId: fields.text('KeyId'),
    KeyVersionId: fields.text('KeyVersionId'),
    CiphertextBlob: fields.ciphertext('CiphertextBlob'),
    ...readCommonFields(fields),
  });
}

/** The fields that a backup and an export document have in common, as far as they are there. */
export function readCommonFields(fields: DocumentFields): Fields<CommonFields> {
  const context = fields.context('EncryptionContext');
  return {
    DataKeyId: fields.boundDataKeyId('DataKeyId', context),
    NumberOfBytes: fields.ifPresent('NumberOfBytes', (name) => fields.integer(name, 1, 1024)),
    EncryptionContext: context,
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
  const document: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) document[name] = value;
  }
  return document as T;
}
