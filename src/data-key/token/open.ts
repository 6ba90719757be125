import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { hasCode, kmsxError } from '../../base/error.ts';
import type { KeyCheckValue } from '../../documents/key-check-value.ts';
import { isAesLength } from '../../documents/key-check-value.ts';
import { checkValuesInside } from '../../hsm/check-values.ts';
import type { Handle } from '../../hsm/cryptoki/calls.ts';
import type { DataKeyType } from '../../hsm/unwrap-inside.ts';
import { unwrapInside } from '../../hsm/unwrap-inside.ts';
import type { TokenWrappingKey } from '../../hsm/wrapping-key.ts';
import { WRAPPING_ALGORITHMS } from '../../wrapping/algorithms.ts';
import { mislabelled } from '../other-hashes.ts';
import type { WrappedDataKey } from '../unwrap.ts';

/** A data key as an object of a session with a token, and its check values, all computed there. */
export interface KeyInToken {
  readonly object: Handle;
  readonly type: DataKeyType;
  readonly checkValues: readonly KeyCheckValue[];
}

/**
 * Unwraps a data key in the token that has the private key, and has the token compute its check values.
 *
 * @throws KmsxError those of `unwrapInside`, `wrapping-hash-mislabelled`, `data-key-length`; CryptokiFailure
 */
export async function openInToken(
  key: TokenWrappingKey,
  wrapped: WrappedDataKey,
): Promise<KeyInToken> {
  const { numberOfBytes } = wrapped;
  const type = numberOfBytes === undefined || isAesLength(numberOfBytes) ? 'aes' : 'generic-secret';
  const object = await unwrapWithHint(key, wrapped, type);
  const { call, session } = key.at;
  const { VALUE_LEN } = await call('getAttributes', { session, object, names: ['VALUE_LEN'] });
  // SoftHSM says 0 of every unwrapped key.
  if (VALUE_LEN !== undefined && VALUE_LEN > 0 && (numberOfBytes ?? VALUE_LEN) !== VALUE_LEN) {
    throw kmsxError(
      'data-key-length',
      `the data key has ${VALUE_LEN} bytes in the token and the document says ${numberOfBytes ?? 0}`,
    );
  }
  return { object, type, checkValues: await checkValuesInside(key.at, object, type) };
}

/** Where the export opens with another hash than it says, that is told; the key is not imported. */
async function unwrapWithHint(
  key: TokenWrappingKey,
  { exportedDataKey, algorithm }: WrappedDataKey,
  type: DataKeyType,
): Promise<Handle> {
  const bytes = decodeBase64(exportedDataKey) ?? Buffer.alloc(0);
  try {
    return await unwrapInside(key, bytes, algorithm, type);
  } catch (error) {
    if (!hasCode(error, 'unwrap-failed')) throw error;
    for (const other of WRAPPING_ALGORITHMS) {
      if (other.keySpec !== algorithm.keySpec || other.name === algorithm.name) continue;
      const object = await unwrapInside(key, bytes, other, type).catch(() => undefined);
      if (object === undefined) continue;
      await key.at.call('destroyObject', { session: key.at.session, object });
      throw mislabelled(algorithm, other);
    }
    throw error;
  }
}
