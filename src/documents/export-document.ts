import { kmsxError } from '../base/error.ts';
import type { FieldReader } from '../base/fields.ts';
import type { JsonObject } from '../base/json.ts';
import type { WrappingAlgorithmName, WrappingKeySpec } from '../wrapping/algorithms.ts';
import { WRAPPING_ALGORITHMS } from '../wrapping/algorithms.ts';
import type { CommonFields, DocumentOrigin } from './backup-document.ts';
import { readCommonFields, toDocument, withDataKeyId } from './backup-document.ts';
import { DocumentFields, requireCiphertext, FINGERPRINT } from './fields.ts';

export const EXPORT_FORMAT = 'kmsx-export/1';

/** One export: the data key under one wrapping key. */
export interface ExportEntry {
  /** Standard base64. */
  readonly ExportedDataKey: string;
  readonly WrappingKeySpec: WrappingKeySpec;
  readonly WrappingAlgorithm: WrappingAlgorithmName;
  /** `SHA256:` and 64 hexadecimal digits, over the SubjectPublicKeyInfo in DER. */
  readonly PublicKeyFingerprint: string;
  readonly RequestId: string;
}

/** What `export-key` prints: both ciphertexts of one data key. `docs/documents.md`. */
export interface ExportDocument extends ExportEntry, CommonFields {
  readonly Format: typeof EXPORT_FORMAT;
  readonly KeyId: string;
  readonly KeyVersionId: string;
  /** Standard base64, opaque: the data key under the KMS key. */
  readonly CiphertextBlob: string;
  /** One for each public key, in order. The top level repeats the first. */
  readonly Exports: readonly ExportEntry[];
}

/** Puts an export document together: the top level repeats the first of the exports. */
export function toExportDocument(
  envelope: Pick<ExportDocument, 'KeyId' | 'KeyVersionId' | 'CiphertextBlob'>,
  exports: readonly ExportEntry[],
  origin: DocumentOrigin,
): ExportDocument {
  const [first] = exports;
  if (first === undefined) throw new TypeError('an export document has at least one export');
  const { KeyId, KeyVersionId, CiphertextBlob } = envelope;
  const { ExportedDataKey, RequestId, ...wrapping } = first;
  return toDocument<ExportDocument>({
    Format: EXPORT_FORMAT,
    KeyId,
    KeyVersionId,
    CiphertextBlob,
    ExportedDataKey,
    RequestId,
    ...wrapping,
    ...withDataKeyId(origin),
    Exports: exports,
  });
}

const ALGORITHMS = WRAPPING_ALGORITHMS.map(({ name }) => name);
const KEY_SPECS = WRAPPING_ALGORITHMS.map(({ keySpec }) => keySpec);

const ENTRY_FIELDS = [
  'ExportedDataKey',
  'WrappingKeySpec',
  'WrappingAlgorithm',
  'PublicKeyFingerprint',
  'RequestId',
] as const;

/**
 * Reads an export document. Unknown fields are ignored.
 *
 * @throws KmsxError `document-malformed`, `context-malformed`, and `document-inconsistent` where the top
 * level does not repeat the first of `Exports`, two of them are for one public key, or DataKeyId is not the context's
 */
export function readExportDocument(object: JsonObject, label: string): ExportDocument {
  const fields = new DocumentFields(object, label);
  const top = readEntry(fields);
  const exports = fields.list('Exports', readEntry);
  if (exports.length === 0) fields.fail('Exports', 'is empty');
  const [first] = exports;
  if (first === undefined || ENTRY_FIELDS.some((name) => top[name] !== first[name])) {
    throw kmsxError(
      'document-inconsistent',
      `${label}: the top level does not repeat the first of Exports`,
    );
  }
  assertOneForEachKey(exports, label);
  return toDocument<ExportDocument>({
    Format: EXPORT_FORMAT,
    KeyId: fields.text('KeyId'),
    KeyVersionId: fields.text('KeyVersionId'),
    CiphertextBlob: fields.ciphertext('CiphertextBlob'),
    ...top,
    ...readCommonFields(fields),
    Exports: exports,
  });
}

/** Of two exports for one public key, a reader would open one and ignore the other. */
function assertOneForEachKey(exports: readonly ExportEntry[], label: string): void {
  const seen = new Set<string>();
  for (const [index, { PublicKeyFingerprint }] of exports.entries()) {
    if (seen.has(PublicKeyFingerprint)) {
      throw kmsxError(
        'document-inconsistent',
        `${label}: Exports[${index}] is for the public key of another export`,
      );
    }
    seen.add(PublicKeyFingerprint);
  }
}

function readEntry(fields: FieldReader): ExportEntry {
  return {
    ExportedDataKey: requireCiphertext(fields, 'ExportedDataKey'),
    WrappingKeySpec: fields.choice('WrappingKeySpec', KEY_SPECS),
    WrappingAlgorithm: fields.choice('WrappingAlgorithm', ALGORITHMS),
    PublicKeyFingerprint: fields.text('PublicKeyFingerprint', FINGERPRINT, 'is not a fingerprint'),
    RequestId: fields.text('RequestId'),
  };
}
