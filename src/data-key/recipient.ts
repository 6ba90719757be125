import { decodeBase64 } from '../base/bytes/bytes.ts';
import { answerMalformed } from '../answers/errors.ts';
import type { ExportEntry } from '../documents/export-document.ts';
import type { ExportedDataKey, WrappingParameters } from '../kms/types.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { assertFits } from '../wrapping/algorithms.ts';
import type { WrappingPublicKey } from '../wrapping/public-key/wrapping-public-key.ts';
import { isRsaCiphertext } from '../wrapping/rsa-ciphertext.ts';

/** An SM2 ciphertext of one byte: a point, a digest, and the byte. */
const SHORTEST_SM2 = 97;

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
 * @param ciphertextBlob - the data key under the KMS key
 * @throws KmsxError `answer-malformed` if the ExportedDataKey is not as long as the modulus, is no RSA ciphertext under
 * it, or is the CiphertextBlob
 */
export function exportEntry(
  action: string,
  answer: ExportedDataKey,
  { publicKey, algorithm }: Recipient,
  ciphertextBlob: string,
): ExportEntry {
  const { wrappedBytes } = algorithm;
  const exported = decodeBase64(answer.exportedDataKeyBase64) ?? Buffer.alloc(0);
  const malformed = (what: string): Error => answerMalformed(action, what, answer.requestId);
  if (wrappedBytes !== undefined && exported.length !== wrappedBytes) {
    throw malformed(
      `it has an ExportedDataKey of ${exported.length} bytes; ${publicKey.keySpec} makes ${wrappedBytes}`,
    );
  }
  if (algorithm.keyType === 'rsa' && !isRsaCiphertext(exported, publicKey.spki)) {
    throw malformed('its ExportedDataKey is no ciphertext under the public key that was sent');
  }
  if (algorithm.keyType === 'sm2' && exported.length < SHORTEST_SM2) {
    throw malformed(
      `it has an ExportedDataKey of ${exported.length} bytes; SM2PKE makes at least ${SHORTEST_SM2}`,
    );
  }
  if (exported.equals(decodeBase64(ciphertextBlob) ?? Buffer.alloc(0))) {
    throw malformed('its ExportedDataKey is the CiphertextBlob');
  }
  return {
    ExportedDataKey: answer.exportedDataKeyBase64,
    WrappingKeySpec: publicKey.keySpec,
    WrappingAlgorithm: algorithm.name,
    PublicKeyFingerprint: publicKey.fingerprint,
    RequestId: answer.requestId,
  };
}
