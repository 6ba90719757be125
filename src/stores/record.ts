import { createHash } from 'node:crypto';
import { kmsxError } from '../base/error.ts';
import { STORE_PREFIX } from '../base/place-prefixes.ts';
import { encodeEncryptionContext } from '../documents/encryption-context.ts';
import type { BackupDocument } from '../documents/backup-document.ts';
import type { Dialect, Value } from './database.ts';

/** A backup as it goes into a store. */
export interface StoredBackup {
  readonly name: string;
  readonly document: BackupDocument;
  /** What a file would hold, without the line break at its end. */
  readonly text: string;
  /** Those of the exports that were made with it, as `SHA256:…`; empty where they are not known. */
  readonly wrappingKeyFingerprints: readonly string[];
}

/** The columns that a backup fills; the database fills StoredAt. */
export const COLUMNS = [
  'Name',
  'KeyId',
  'KeyVersionId',
  'Region',
  'EncryptionContext',
  'DataKeyId',
  'CiphertextSha256',
  'WrappingKeyFingerprints',
  'NumberOfBytes',
  'CreatedAt',
  'Rehearsal',
  'Document',
] as const;

/**
 * The values of a backup, in the order of `COLUMNS`; null is what the document does not say.
 *
 * @throws KmsxError `document-malformed` for a NUL or half a character, which databases do not keep as they are
 */
export function valuesOf(
  { name, document, text, wrappingKeyFingerprints }: StoredBackup,
  { timestamp }: Pick<Dialect, 'timestamp'>,
): Value[] {
  const { EncryptionContext: context, CreatedAt } = document;
  const made = CreatedAt === undefined ? Number.NaN : Date.parse(CreatedAt);
  const row: Record<(typeof COLUMNS)[number], Value> = {
    Name: name,
    KeyId: document.KeyId,
    KeyVersionId: document.KeyVersionId,
    Region: document.Region ?? null,
    EncryptionContext: context === undefined ? null : encodeEncryptionContext(context),
    DataKeyId: document.DataKeyId ?? null,
    CiphertextSha256: createHash('sha256')
      .update(Buffer.from(document.CiphertextBlob, 'base64'))
      .digest('hex'),
    WrappingKeyFingerprints: wrappingKeyFingerprints.join(' '),
    NumberOfBytes: document.NumberOfBytes ?? null,
    CreatedAt: Number.isNaN(made) ? null : timestamp(new Date(made)),
    Rehearsal: document.Rehearsal === true,
    Document: text,
  };
  return COLUMNS.map((column) => {
    const value = row[column];
    if (typeof value !== 'string' || !/\u0000|\p{Surrogate}/u.test(value)) return value;
    const label = `${STORE_PREFIX}${name}`;
    throw kmsxError(
      'document-malformed',
      `${label}: ${column} has a character that no database keeps`,
      {
        details: { label, field: column },
      },
    );
  });
}
