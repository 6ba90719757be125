import { decodeBase64 } from '../base/bytes.ts';
import { KmsxError, kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/secret-bytes.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { WRAPPING_ALGORITHMS } from '../wrapping/algorithms.ts';
import type { UnwrappingKey } from '../wrapping/unwrapping-key.ts';

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
 * only where the unwrap with the other hash succeeds; `data-key-length`
 */
export async function unwrapDataKey(
  { exportedDataKey, algorithm, numberOfBytes }: WrappedDataKey,
  key: UnwrappingKey,
): Promise<SecretBytes> {
  const wrapped = decodeBase64(exportedDataKey) ?? Buffer.alloc(0);
  const dataKey = await key.unwrap(wrapped, algorithm).catch(async (error: unknown) => {
    throw (await mislabelled(wrapped, algorithm, key, error)) ?? error;
  });
  const { length } = dataKey;
  if (numberOfBytes === undefined || length === numberOfBytes) return dataKey;
  dataKey.dispose();
  throw kmsxError(
    'data-key-length',
    `the data key has ${length} bytes and the document says ${numberOfBytes}`,
  );
}

/** Tries the other algorithm for such a key, where the one that was named fails. */
async function mislabelled(
  wrapped: Uint8Array,
  { name, keySpec }: WrappingAlgorithm,
  key: UnwrappingKey,
  error: unknown,
): Promise<KmsxError | undefined> {
  if (!(error instanceof KmsxError && error.code === 'unwrap-failed')) return undefined;
  const other = WRAPPING_ALGORITHMS.find(
    (each) => each.offered && each.keySpec === keySpec && each.name !== name,
  );
  if (other === undefined) return undefined;
  try {
    (await key.unwrap(wrapped, other)).dispose();
  } catch {
    return undefined; // the error of the algorithm that was named is the one to show
  }
  return kmsxError(
    'wrapping-hash-mislabelled',
    `the export does not open with ${name}, but with ${other.name}`,
    { details: { algorithm: other.name } },
  );
}
