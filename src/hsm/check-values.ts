import type { KeyCheckValue } from '../documents/key-check-value.ts';
import { keyCheckValuesByUse } from '../documents/key-check-value.ts';
import type { Handle } from './cryptoki/calls.ts';
import { CryptokiFailure } from './cryptoki/calls.ts';
import type { TokenSession } from './session.ts';
import type { DataKeyType } from './unwrap-inside.ts';

/**
 * The check values of a data key, computed in the token: a CMAC by two encryptions, so that the key needs no CKA_SIGN and
 * the token no CKM_AES_CMAC.
 *
 * @param words - which methods, by their words in options; all if left out
 * @returns none where the token does not compute them for keys of this type
 * @throws CryptokiFailure where a token does not encrypt with an AES key
 */
export async function checkValuesInside(
  { call, session }: TokenSession,
  key: Handle,
  type: DataKeyType,
  words?: readonly string[],
): Promise<KeyCheckValue[]> {
  const uses = {
    encryptBlock: (data: Uint8Array) =>
      call('encrypt', { session, mechanism: { name: 'aes-ecb' }, key, data }),
    sha256: (prefix: Uint8Array) =>
      call('digestKey', { session, mechanism: { name: 'sha256' }, prefix, key }),
  };
  try {
    return await keyCheckValuesByUse(uses, type === 'aes', words);
  } catch (error) {
    if (type === 'generic-secret' && error instanceof CryptokiFailure) return [];
    throw error;
  }
}
