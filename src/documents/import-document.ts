import type { FieldReader } from '../base/fields.ts';
import type { JsonObject } from '../base/json.ts';
import type { WrappingAlgorithmName } from '../wrapping/algorithms.ts';
import { WRAPPING_ALGORITHMS } from '../wrapping/algorithms.ts';
import { toDocument } from './backup-document.ts';
import { DocumentFields, FINGERPRINT } from './fields.ts';
import type { KeyCheckValue } from './key-check-value.ts';
import { readCheckValues } from './key-check-value.ts';

export const IMPORT_FORMAT = 'kmsx-import/1';

const ALGORITHMS = WRAPPING_ALGORITHMS.map(({ name }) => name);

/** A data key in a token, as the token told after the import. */
export interface ImportEntry {
  /** The label of the token. */
  readonly Token: string;
  readonly Serial?: string;
  readonly Manufacturer?: string;
  readonly Model?: string;
  /** The version of the token's firmware, as in `2.6`. */
  readonly Firmware: string;
  /** The label of the object. */
  readonly Label: string;
  /** CKA_ID of the object, lower-case hexadecimal. */
  readonly Id: string;
  readonly KeyType: 'AES' | 'GENERIC_SECRET';
  /** CKA_SENSITIVE and CKA_EXTRACTABLE, read back: nothing else is kept. */
  readonly Sensitive: true;
  readonly Extractable: false;
  /** Computed in the token. Left out where it computes none of keys of this length. */
  readonly KeyCheckValues?: readonly KeyCheckValue[];
  readonly WrappingAlgorithm: WrappingAlgorithmName;
  /** Of the wrapping key whose private half lies in the token. */
  readonly PublicKeyFingerprint: string;
  /** An earlier run had imported it. */
  readonly AlreadyThere?: true;
}

/** What `import-key` prints. Nothing in it is secret. `docs/documents.md`. */
export interface ImportDocument {
  readonly Format: typeof IMPORT_FORMAT;
  /** One for each token, in the order of `--privkey`. */
  readonly Imports: readonly ImportEntry[];
  readonly NumberOfBytes?: number | undefined;
  /** The KMS key that the data key was made under, and its version. */
  readonly KeyId?: string | undefined;
  readonly KeyVersionId?: string | undefined;
  readonly DataKeyId?: string | undefined;
  /** `SHA256:` and 64 hexadecimal digits, over the bytes of the CiphertextBlob. */
  readonly CiphertextBlobFingerprint?: string | undefined;
  /** The module, as it calls itself. */
  readonly Module: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly CreatedAt?: string | undefined;
  readonly Rehearsal?: true | undefined;
}

/** Puts an import document together. */
export function toImportDocument(fields: Omit<ImportDocument, 'Format'>): ImportDocument {
  return toDocument<ImportDocument>({ Format: IMPORT_FORMAT, ...fields });
}

/**
 * Reads an import document. Unknown fields are ignored.
 *
 * @param label - what the document is called in errors
 * @throws KmsxError `document-malformed`
 */
export function readImportDocument(object: JsonObject, label: string): ImportDocument {
  const fields = new DocumentFields(object, label);
  fields.choice('Format', [IMPORT_FORMAT]);
  const entries = fields.list('Imports', readEntry);
  if (entries.length === 0) fields.fail('Imports', 'is empty');
  return toImportDocument({
    Imports: entries,
    NumberOfBytes: fields.ifPresent('NumberOfBytes', (name) => fields.integer(name, 1, 1024)),
    KeyId: fields.optionalText('KeyId'),
    KeyVersionId: fields.optionalText('KeyVersionId'),
    DataKeyId: fields.dataKeyId('DataKeyId'),
    CiphertextBlobFingerprint: fields.optionalText('CiphertextBlobFingerprint', FINGERPRINT),
    Module: fields.text('Module'),
    CreatedAt: fields.optionalText('CreatedAt'),
    Rehearsal: fields.flag('Rehearsal'),
  });
}

function readEntry(fields: FieldReader): ImportEntry {
  const { Sensitive, Extractable } = fields.object;
  if (Sensitive !== true) fields.fail('Sensitive', 'is not true');
  if (Extractable !== false) fields.fail('Extractable', 'is not false');
  return toDocument<ImportEntry>({
    Token: fields.text('Token'),
    Serial: fields.optionalText('Serial'),
    Manufacturer: fields.optionalText('Manufacturer'),
    Model: fields.optionalText('Model'),
    Firmware: fields.text('Firmware', /^\d{1,3}\.\d{1,3}$/),
    Label: fields.text('Label'),
    Id: fields.text('Id', /^(?:[0-9a-f]{2}){1,64}$/),
    KeyType: fields.choice('KeyType', ['AES', 'GENERIC_SECRET']),
    Sensitive,
    Extractable,
    KeyCheckValues: fields.ifPresent('KeyCheckValues', (name) => readCheckValues(fields, name)),
    WrappingAlgorithm: fields.choice('WrappingAlgorithm', ALGORITHMS),
    PublicKeyFingerprint: fields.text('PublicKeyFingerprint', FINGERPRINT),
    AlreadyThere: fields.flag('AlreadyThere'),
  });
}
