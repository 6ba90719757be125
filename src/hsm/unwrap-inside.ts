import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { kmsxError } from '../base/error.ts';
import type { OaepHash, WrappingAlgorithm } from '../wrapping/algorithms.ts';
import { WRAPPING_ALGORITHMS } from '../wrapping/algorithms.ts';
import type { Attributes } from './cryptoki/attributes.ts';
import type { Handle } from './cryptoki/calls.ts';
import { CryptokiFailure } from './cryptoki/calls.ts';
import { CLASSES, KEY_TYPES } from './cryptoki/constants.ts';
import { hasOtherCause } from './failures.ts';
import type { TokenWrappingKey } from './wrapping-key.ts';
import { nameOf } from './tokens.ts';

/** What a data key is used for in the token: as an AES key, or, of another length, as a generic secret. */
export type DataKeyType = 'aes' | 'generic-secret';

/** The algorithms for RSA keys, whose hash the mechanism is given. */
type RsaAlgorithm = WrappingAlgorithm & { readonly hash: OaepHash };

const PROBE_BYTES = 32;

/**
 * Unwraps a data key inside a token, as an object of the session: it is gone when the session ends. It is sensitive and not
 * extractable: that is read back, and set where the token ignored the template.
 *
 * Why a token refuses cannot be told from its number. So a throw-away key is wrapped the same way: if the token refuses that
 * too, it does not take the algorithm.
 *
 * @param wrapped - the bytes of an ExportedDataKey
 * @throws KmsxError `unwrap-failed`, `token-cannot-unwrap`, `token-key-exposed`; CryptokiFailure
 */
export async function unwrapInside(
  key: TokenWrappingKey,
  wrapped: Uint8Array,
  algorithm: WrappingAlgorithm,
  type: DataKeyType,
): Promise<Handle> {
  const { at } = key;
  if (!isForRsa(algorithm)) throw new TypeError(`${algorithm.name} is not for RSA keys`);
  try {
    const object = await unwrap(key, wrapped, algorithm.hash, type);
    await protect(key, object);
    return object;
  } catch (error) {
    if (!(error instanceof CryptokiFailure) || hasOtherCause(error)) throw error;
    if (error.functionName !== 'C_UnwrapKey') throw error;
    if (await canUnwrap(key, algorithm)) {
      throw kmsxError(
        'unwrap-failed',
        'the export does not open with the private key in the token',
      );
    }
    throw kmsxError(
      'token-cannot-unwrap',
      `the token ${nameOf(at.token)} does not unwrap with ${algorithm.name}`,
      { details: { takes: (await unwrappedAlgorithms(key)).map(({ name }) => name) } },
    );
  }
}

/** The wrapping algorithms that a key in a token unwraps, each tried with a throw-away key. */
export async function unwrappedAlgorithms(key: TokenWrappingKey): Promise<WrappingAlgorithm[]> {
  const algorithms: WrappingAlgorithm[] = [];
  for (const algorithm of WRAPPING_ALGORITHMS.filter(isForRsa)) {
    if (await canUnwrap(key, algorithm)) algorithms.push(algorithm);
  }
  return algorithms;
}

/** Whether the token unwraps a throw-away key that was wrapped with this algorithm. */
async function canUnwrap(key: TokenWrappingKey, { hash }: RsaAlgorithm): Promise<boolean> {
  const throwAway = randomBytes(PROBE_BYTES);
  const publicKey = createPublicKey({ key: key.publicKey.spki, format: 'der', type: 'spki' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = publicEncrypt({ key: publicKey, padding, oaepHash: hash }, throwAway);
  throwAway.fill(0);
  try {
    const object = await unwrap(key, wrapped, hash, 'aes');
    await key.at.call('destroyObject', { session: key.at.session, object });
    return true;
  } catch (error) {
    if (error instanceof CryptokiFailure) return false;
    throw error;
  }
}

function unwrap(
  { at: { call, session }, privateKey }: TokenWrappingKey,
  wrapped: Uint8Array,
  hash: OaepHash,
  type: DataKeyType,
): Promise<Handle> {
  return call('unwrapKey', {
    session,
    mechanism: { name: 'rsa-oaep', hash },
    unwrappingKey: privateKey,
    wrapped,
    template: dataKeyTemplate(type),
  });
}

/**
 * No CKA_VALUE_LEN and no CKA_CHECK_VALUE: SoftHSM refuses both, and NSS takes a wrong check value without a word. No
 * object of the token: SoftHSM leaves one behind when it refuses a template.
 */
function dataKeyTemplate(type: DataKeyType): Attributes {
  const isAes = type === 'aes';
  return {
    CLASS: CLASSES['secret-key'],
    KEY_TYPE: KEY_TYPES[type],
    TOKEN: false,
    PRIVATE: true,
    SENSITIVE: true,
    EXTRACTABLE: false,
    ...(isAes ? { ENCRYPT: true, DECRYPT: true } : { SIGN: true, VERIFY: true }),
  };
}

/** opencryptoki ignores SENSITIVE and EXTRACTABLE of a template, and a copy would inherit that. */
async function protect({ at }: TokenWrappingKey, object: Handle): Promise<void> {
  const { call, session, token } = at;
  if (await isProtected(at, object)) return;
  for (const template of [{ SENSITIVE: true }, { EXTRACTABLE: false }]) {
    try {
      await call('setAttributes', { session, object, template });
    } catch (error) {
      if (!(error instanceof CryptokiFailure)) throw error;
    }
  }
  if (await isProtected(at, object)) return;
  await call('destroyObject', { session, object });
  throw kmsxError(
    'token-key-exposed',
    `the token ${nameOf(token)} does not keep a key sensitive and not extractable`,
  );
}

/** Whether a key in a token is sensitive and not extractable, says so, and does not show its value. */
export async function isProtected(
  { call, session }: TokenWrappingKey['at'],
  object: Handle,
): Promise<boolean> {
  const names = ['SENSITIVE', 'EXTRACTABLE'] as const;
  const { SENSITIVE, EXTRACTABLE } = await call('getAttributes', { session, object, names });
  if (SENSITIVE !== true || EXTRACTABLE !== false) return false;
  const shown = await call('getAttributes', { session, object, names: ['VALUE'] });
  shown.VALUE?.fill(0);
  return shown.VALUE === undefined;
}

function isForRsa(algorithm: WrappingAlgorithm): algorithm is RsaAlgorithm {
  return algorithm.hash !== undefined;
}
