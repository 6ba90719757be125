import { decodeBase64 } from '../base/bytes.ts';
import { KmsxError, kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/secret-bytes.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { WRAPPING_ALGORITHMS, findWrappingAlgorithm } from '../wrapping/algorithms.ts';
import type { WrappingPrivateKey } from '../wrapping/private-key.ts';
import { unwrapRsaOaep } from '../wrapping/rsa-oaep.ts';
import type { ExportDocument } from '../documents/export-document.ts';

/** An export that is to be unwrapped, wherever it was found. */
export interface WrappedDataKey {
  /** Standard base64. */
  readonly exportedDataKey: string;
  readonly algorithm: WrappingAlgorithm;
  /** What the document says of the data key's length, in bytes. */
  readonly numberOfBytes?: number;
}

/**
 * Chooses, by fingerprint, the entry of a document that was made for a private key.
 *
 * @throws KmsxError `privkey-not-recipient`, `not-offered-yet` for SM2PKE
 */
export function chooseExport(
  document: ExportDocument,
  privateKey: WrappingPrivateKey,
): WrappedDataKey {
  const entry = document.Exports.find(
    ({ PublicKeyFingerprint }) => PublicKeyFingerprint === privateKey.fingerprint,
  );
  if (entry === undefined) {
    throw kmsxError(
      'privkey-not-recipient',
      `no export in the document was made for this private key (${privateKey.fingerprint})`,
    );
  }
  return {
    exportedDataKey: entry.ExportedDataKey,
    algorithm: findWrappingAlgorithm(entry.WrappingAlgorithm),
    ...(document.NumberOfBytes !== undefined && { numberOfBytes: document.NumberOfBytes }),
  };
}

/**
 * Unwraps an ExportedDataKey with the private half of the wrapping key.
 *
 * @returns the data key, which the caller disposes of
 * @throws KmsxError `unwrap-failed`, one error for all that can fail inside; `wrapping-hash-mislabelled`
 * only where the unwrap with the other hash succeeds; `data-key-length`
 */
export function unwrapDataKey(
  wrapped: WrappedDataKey,
  privateKey: WrappingPrivateKey,
): SecretBytes {
  const ciphertext = decodeBase64(wrapped.exportedDataKey) ?? Buffer.alloc(0);
  const dataKey = openWith(wrapped.algorithm, ciphertext, privateKey);
  const { numberOfBytes } = wrapped;
  if (numberOfBytes !== undefined && dataKey.length !== numberOfBytes) {
    const { length } = dataKey;
    dataKey.dispose();
    throw kmsxError(
      'data-key-length',
      `the data key has ${length} bytes and the document says ${numberOfBytes}`,
    );
  }
  return dataKey;
}

function openWith(
  algorithm: WrappingAlgorithm,
  ciphertext: Uint8Array,
  privateKey: WrappingPrivateKey,
): SecretBytes {
  try {
    return open(algorithm, ciphertext, privateKey);
  } catch (error) {
    if (!(error instanceof KmsxError && error.code === 'unwrap-failed')) throw error;
    const other = WRAPPING_ALGORITHMS.find(
      ({ name, keySpec, offered }) =>
        offered && keySpec === algorithm.keySpec && name !== algorithm.name,
    );
    if (other !== undefined && opens(other, ciphertext, privateKey)) {
      throw kmsxError(
        'wrapping-hash-mislabelled',
        `the export does not open with ${algorithm.name}, but with ${other.name}`,
        { algorithm: other.name },
      );
    }
    throw error;
  }
}

function opens(
  algorithm: WrappingAlgorithm,
  ciphertext: Uint8Array,
  privateKey: WrappingPrivateKey,
): boolean {
  try {
    open(algorithm, ciphertext, privateKey).dispose();
    return true;
  } catch {
    return false; // the error of the algorithm that was named is the one to show
  }
}

function open(
  algorithm: WrappingAlgorithm,
  ciphertext: Uint8Array,
  privateKey: WrappingPrivateKey,
): SecretBytes {
  if (algorithm.hash === undefined) throw new TypeError(`${algorithm.name} cannot be unwrapped`);
  return unwrapRsaOaep(ciphertext, privateKey.keyObject, algorithm.hash);
}
