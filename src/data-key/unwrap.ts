import { decodeBase64 } from '../base/bytes/bytes.ts';
import { hasCode, kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import type { UnwrappingKey } from '../wrapping/unwrapping-key.ts';
import { otherHashes } from './other-hashes.ts';

/** An export that is to be unwrapped, wherever it was found. */
export interface WrappedDataKey {
  /** Standard base64. */
  readonly exportedDataKey: string;
  readonly algorithm: WrappingAlgorithm;
  /** What the document says of the data key's length, in bytes. */
  readonly numberOfBytes?: number;
}

/**
 * Unwraps an ExportedDataKey with the private half of the wrapping key.
 *
 * @returns the data key, which the caller disposes of
 * @throws KmsxError `unwrap-failed`, one error for all that can fail inside; `wrapping-hash-mislabelled`
 * only where the unwrap with other hashes succeeds; `data-key-length`
 */
export async function unwrapDataKey(
  { exportedDataKey, algorithm, numberOfBytes }: WrappedDataKey,
  key: UnwrappingKey,
): Promise<SecretBytes> {
  const wrapped = decodeBase64(exportedDataKey) ?? Buffer.alloc(0);
  const dataKey = await key.unwrap(wrapped, algorithm).catch(async (error: unknown) => {
    if (!hasCode(error, 'unwrap-failed')) throw error;
    throw (await otherHashes(wrapped, algorithm, key)) ?? error;
  });
  const { length } = dataKey;
  if (numberOfBytes === undefined || length === numberOfBytes) return dataKey;
  dataKey.dispose();
  throw kmsxError(
    'data-key-length',
    `the data key has ${length} bytes and the document says ${numberOfBytes}`,
  );
}
