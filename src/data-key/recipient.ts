import { decodeBase64 } from '../base/bytes.ts';
import { answerMalformed } from '../answers/errors.ts';
import type { ExportEntry } from '../documents/export-document.ts';
import type { ExportedDataKey, WrappingParameters } from '../kms/types.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { assertFits } from '../wrapping/algorithms.ts';
import type { WrappingPublicKey } from '../wrapping/public-key/wrapping-public-key.ts';

/** The public key that a data key is exported under, and the algorithm. */
export interface Recipient {
  readonly publicKey: WrappingPublicKey;
  readonly algorithm: WrappingAlgorithm;
}

/**
 * Checks that every recipient's algorithm carries the data key, where its length is known.
 *
 * @param numberOfBytes - the length of the data key
 * @throws KmsxError `data-key-too-long`
 */
export function assertFitsAll(
  recipients: readonly Recipient[],
  numberOfBytes: number | undefined,
): void {
  if (numberOfBytes === undefined) return;
  for (const { algorithm } of recipients) assertFits(algorithm, numberOfBytes);
}

/** The parameters that KMS is sent for a recipient. */
export function wrappingParameters({ publicKey, algorithm }: Recipient): WrappingParameters {
  return {
    publicKeyBlobBase64: publicKey.publicKeyBlob,
    wrappingKeySpec: publicKey.keySpec,
    wrappingAlgorithm: algorithm.name,
  };
}

/**
 * One export as the documents have it.
 *
 * @param action - the action of KMS that was answered, for the error
 * @throws KmsxError `answer-malformed` if the ExportedDataKey is not as long as the modulus
 */
export function exportEntry(
  action: string,
  answer: ExportedDataKey,
  { publicKey, algorithm }: Recipient,
): ExportEntry {
  const { wrappedBytes } = algorithm;
  const length = decodeBase64(answer.exportedDataKeyBase64)?.length;
  if (wrappedBytes !== undefined && length !== wrappedBytes) {
    throw answerMalformed(
      action,
      `it has an ExportedDataKey of ${length ?? 0} bytes; ${publicKey.keySpec} makes ${wrappedBytes}`,
      answer.requestId,
    );
  }
  return {
    ExportedDataKey: answer.exportedDataKeyBase64,
    WrappingKeySpec: publicKey.keySpec,
    WrappingAlgorithm: algorithm.name,
    PublicKeyFingerprint: publicKey.fingerprint,
    RequestId: answer.requestId,
  };
}
