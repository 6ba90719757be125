import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { decodeBase64 } from '../../base/bytes/bytes.ts';
import { assertEnabled, findKey, findVersion } from '../keys/key-lookup.ts';
import type { OperationContext } from '../operations/operation.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';
import { requiredChoice, requiredText } from '../request/read-parameter.ts';
import type { FoundVersion } from '../state/key-store.ts';
import type { KeySpec } from '../state/key-spec.ts';
import { decryptOaep, encryptOaep, oaepCapacity, oaepHash } from './rsa-oaep.ts';
import type { Sm2Key } from './sm2.ts';
import { decryptSm2, encryptSm2, readSm2Key } from './sm2.ts';

/** The algorithms of KMS that encrypt under a public key. */
export const PUBLIC_KEY_ALGORITHMS = ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1', 'SM2PKE'] as const;
export type PublicKeyAlgorithm = (typeof PUBLIC_KEY_ALGORITHMS)[number];

/** The specs whose keys encrypt: the length of an RSA modulus in bytes. */
const MODULUS_BYTES: Readonly<Partial<Record<KeySpec, number>>> = {
  RSA_2048: 256,
  RSA_3072: 384,
  RSA_4096: 512,
};

/** Neither RSA nor SM2 binds a context. */
const NO_CONTEXT: ReadonlyMap<string, string> = new Map();

/** A version of an asymmetric KMS key that is to encrypt or decrypt, and how. */
export interface EncryptingVersion extends FoundVersion {
  readonly algorithm: PublicKeyAlgorithm;
}

/** The names of the parameters that choose a version of an asymmetric key and its algorithm. */
export interface VersionParameters {
  readonly keyId: string;
  readonly keyVersionId: string;
  readonly algorithm: string;
}

/**
 * Reads which version of which asymmetric key is to encrypt or decrypt, and how.
 *
 * @returns finds that version, and checks that the caller may do this with the key
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`; the function throws what `findKey` throws;
 * `UnsupportedOperation` for a key that does not encrypt with a public key; `InvalidParameter` for an algorithm of other
 * keys; `Rejected.STATE`; `Forbidden.KeyVersionNotFound`
 */
export function readVersion(
  parameters: Parameters,
  names: VersionParameters,
): (context: OperationContext, action: string) => EncryptingVersion {
  const keyId = requiredText(parameters, names.keyId);
  const keyVersionId = requiredText(parameters, names.keyVersionId);
  const algorithm = requiredChoice(parameters, names.algorithm, PUBLIC_KEY_ALGORITHMS);
  return (context, action) => {
    const key = findKey(context, keyId, action, { algorithm, context: NO_CONTEXT });
    const isSm2 = key.keySpec === 'EC_SM2';
    const encrypts = isSm2 || MODULUS_BYTES[key.keySpec] !== undefined;
    if (!encrypts || key.keyUsage !== 'ENCRYPT/DECRYPT') throw refusal('UnsupportedOperation');
    if (isSm2 !== (algorithm === 'SM2PKE')) throw invalidParameter(names.algorithm);
    assertEnabled(key);
    return { key, version: findVersion(key, keyVersionId), algorithm };
  };
}

/**
 * Encrypts under the public half of a key version.
 *
 * @param plaintext - at most 6,047 bytes
 * @returns as many bytes as the modulus has, or 04‖C1‖C3‖C2
 * @throws KmsRefusal `InvalidParameter` for a plaintext that does not fit
 */
export function encryptUnder(found: EncryptingVersion, plaintext: Buffer): Buffer {
  const { algorithm } = found;
  if (algorithm === 'SM2PKE') {
    const ciphertext = encryptSm2(plaintext, sm2KeyOf(found).point);
    if (ciphertext === undefined) throw new Error('an SM2 key without a point of its curve');
    return ciphertext;
  }
  const hash = oaepHash(algorithm);
  const modulusBytes = MODULUS_BYTES[found.key.keySpec] ?? 0;
  if (plaintext.length > oaepCapacity(modulusBytes, hash)) throw invalidParameter('Plaintext');
  return encryptOaep(createPublicKey(privateKeyOf(found)), hash, plaintext);
}

/**
 * Decrypts what was encrypted under the public half of a key version. Every fault in the ciphertext is refused alike; so
 * is an empty plaintext.
 *
 * @param blob - base64 of what `encryptUnder` makes
 * @returns the plaintext, which the caller overwrites
 * @throws KmsRefusal `InvalidParameter`
 */
export function decryptUnder(found: EncryptingVersion, blob: string): Buffer {
  const { algorithm } = found;
  const ciphertext = decodeBase64(blob) ?? Buffer.alloc(0);
  const plaintext =
    algorithm === 'SM2PKE'
      ? decryptSm2(ciphertext, sm2KeyOf(found))
      : ciphertext.length === MODULUS_BYTES[found.key.keySpec]
        ? decryptOaep(privateKeyOf(found), oaepHash(algorithm), ciphertext)
        : undefined;
  if (plaintext === undefined) throw refusal('InvalidParameter');
  return plaintext;
}

/** The private key of a version of an RSA or EC key. */
export function privateKeyOf({ version }: FoundVersion): KeyObject {
  return createPrivateKey({ key: version.material, format: 'der', type: 'pkcs8' });
}

function sm2KeyOf({ version }: FoundVersion): Sm2Key {
  const key = readSm2Key(version.material);
  if (key === undefined) throw new Error('a version of an SM2 key without its material');
  return key;
}
