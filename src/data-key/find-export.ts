import { kmsxError } from '../base/error.ts';
import { fileWord } from '../base/text/shell-word.ts';
import type { ComponentOrigin } from '../documents/component-document.ts';
import type { ExportDocument } from '../documents/export-document.ts';
import type { Envelope } from '../documents/read-document.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { findWrappingAlgorithm } from '../wrapping/algorithms.ts';
import type { UnwrappingKey } from '../wrapping/unwrapping-key.ts';
import type { WrappedDataKey } from './unwrap.ts';

/**
 * Asserts that a file holds an export.
 *
 * @param label - what the file is called in errors
 * @returns the export document, or a bare ExportedDataKey
 * @throws KmsxError `document-malformed`
 */
export function exportIn(envelope: Envelope, label: string): ExportDocument | string {
  switch (envelope.kind) {
    case 'export':
      return envelope.document;
    case 'backup':
      throw kmsxError(
        'document-malformed',
        `${label} is a backup: only KMS opens it; an export is needed here`,
        { details: { label } },
      );
    case 'answer':
      if (envelope.answer.ExportedDataKey !== undefined) return envelope.answer.ExportedDataKey;
      throw kmsxError('document-malformed', `${label} has no ExportedDataKey`, {
        details: { label },
      });
    case 'bare':
      return envelope.base64;
  }
}

/**
 * Finds the export that a file has for a private key.
 *
 * @param algorithm - of `--wrapping-algorithm`: a document must agree with it, a bare ExportedDataKey needs it
 * @param label - what the file is called in errors
 * @throws KmsxError `privkey-not-recipient`, `options-conflict`, `document-malformed`, `wrapping-algorithm-missing`,
 * `export-length` where the private key opens none of that length
 */
export function findExport(
  envelope: Envelope,
  algorithm: WrappingAlgorithm | undefined,
  key: Pick<UnwrappingKey, 'fingerprint' | 'wrappedBytes'>,
  label: string,
): WrappedDataKey {
  const found = findByAlgorithm(envelope, algorithm, key, label);
  const { length } = Buffer.from(found.exportedDataKey, 'base64');
  const { wrappedBytes = length } = key;
  if (length === wrappedBytes) return found;
  throw kmsxError(
    'export-length',
    `${label} has an ExportedDataKey of ${length} bytes; one for this private key has ${wrappedBytes}`,
  );
}

function findByAlgorithm(
  envelope: Envelope,
  algorithm: WrappingAlgorithm | undefined,
  key: Pick<UnwrappingKey, 'fingerprint'>,
  label: string,
): WrappedDataKey {
  const held = exportIn(envelope, label);
  if (typeof held === 'string') {
    if (algorithm !== undefined) return { exportedDataKey: held, algorithm };
    throw kmsxError(
      'wrapping-algorithm-missing',
      `${label} does not say how it was wrapped: --wrapping-algorithm is needed`,
    );
  }
  const chosen = chooseExport(held, key, label);
  if (algorithm === undefined || algorithm.name === chosen.algorithm.name) return chosen;
  throw kmsxError(
    'options-conflict',
    `${label} says ${chosen.algorithm.name}, and --wrapping-algorithm ${algorithm.name}`,
    {
      hints: [
        `leave --wrapping-algorithm out, the document has it; if it should agree, find out who changed ${label}`,
      ],
    },
  );
}

/**
 * Chooses, by fingerprint, the entry of a document that was made for a private key.
 *
 * @param label - what the document is called in errors
 * @throws KmsxError `privkey-not-recipient`
 */
export function chooseExport(
  document: ExportDocument,
  key: Pick<UnwrappingKey, 'fingerprint'>,
  label = 'the document',
): WrappedDataKey {
  const chosen = exportFor(document, key);
  if (chosen !== undefined) return chosen;
  throw kmsxError(
    'privkey-not-recipient',
    `no export in ${label} was made for this private key (${key.fingerprint})`,
    {
      hints: [
        `kmsx inspect ${fileWord(label)} shows the fingerprints of the keys that it was made for`,
      ],
    },
  );
}

/**
 * The entry of a document that was made for a private key, if it has one.
 */
export function exportFor(
  { Exports, NumberOfBytes }: ExportDocument,
  { fingerprint }: Pick<UnwrappingKey, 'fingerprint'>,
): WrappedDataKey | undefined {
  const entry = Exports.find(({ PublicKeyFingerprint }) => PublicKeyFingerprint === fingerprint);
  if (entry === undefined) return undefined;
  return {
    exportedDataKey: entry.ExportedDataKey,
    algorithm: findWrappingAlgorithm(entry.WrappingAlgorithm, 'WrappingAlgorithm'),
    ...(NumberOfBytes !== undefined && { numberOfBytes: NumberOfBytes }),
  };
}

/** What components say of the data key of an export, as far as its file tells. */
export function componentOriginOf(envelope: Envelope): ComponentOrigin {
  if (envelope.kind === 'answer') {
    const { KeyId, KeyVersionId } = envelope.answer;
    return { KeyId, KeyVersionId };
  }
  return envelope.kind === 'export' ? envelope.document : {};
}
