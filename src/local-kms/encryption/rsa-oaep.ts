import type { KeyObject } from 'node:crypto';
import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { decodeBase64 } from '../../base/bytes.ts';
import { assertEnabled, findKey, findVersion } from '../keys/key-lookup.ts';
import type { FoundVersion } from '../state/key-store.ts';
import type { OperationContext } from '../operations/operation.ts';
import type { Parameters } from '../request/parameters.ts';
import { requiredChoice } from '../request/read-parameter.ts';
import { invalidParameter, refusal } from '../refusal.ts';
import type { KmsKey } from '../state/state.ts';

/** The hash of OAEP and of its MGF1 (help 148131). */
export type OaepHash = 'sha1' | 'sha256';

/** The algorithms of KMS that encrypt under a public key. */
export const PUBLIC_KEY_ALGORITHMS = ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1', 'SM2PKE'] as const;

const HASH_BYTES = { sha1: 20, sha256: 32 } as const;
const padding = constants.RSA_PKCS1_OAEP_PADDING;

/** The hash of an OAEP algorithm of KMS. */
export function oaepHash(algorithm: 'RSAES_OAEP_SHA_256' | 'RSAES_OAEP_SHA_1'): OaepHash {
  return algorithm === 'RSAES_OAEP_SHA_256' ? 'sha256' : 'sha1';
}

/** The longest plaintext of RSAES-OAEP, in bytes (RFC 8017 §7.1.1). */
export function oaepCapacity(modulusBytes: number, hash: OaepHash): number {
  return modulusBytes - 2 * HASH_BYTES[hash] - 2;
}

/**
 * Reads an algorithm that encrypts under a public key.
 *
 * @throws KmsRefusal `MissingParameter`, `InvalidParameter`; `UnsupportedOperation` for SM2PKE
 */
export function readOaepHash(parameters: Parameters, name: string): OaepHash {
  const algorithm = requiredChoice(parameters, name, PUBLIC_KEY_ALGORITHMS);
  if (algorithm === 'SM2PKE') throw refusal('UnsupportedOperation');
  return oaepHash(algorithm);
}

/**
 * Finds a version of an RSA key that encrypts, and checks that the caller may do this with the key.
 *
 * @param action - as in policies: `kms:AsymmetricDecrypt`
 * @throws KmsRefusal what `findKey` throws; `UnsupportedOperation` for another spec or usage; `Rejected.STATE`;
 * `Forbidden.KeyVersionNotFound`
 */
export function findRsaVersion(
  context: OperationContext,
  { keyId, keyVersionId }: { readonly keyId: string; readonly keyVersionId: string },
  action: string,
): FoundVersion {
  const key = findKey(context, keyId, action);
  if (modulusBytes(key) === undefined || key.keyUsage !== 'ENCRYPT/DECRYPT') {
    throw refusal('UnsupportedOperation');
  }
  assertEnabled(key);
  return { key, version: findVersion(key, keyVersionId) };
}

/**
 * Encrypts under the public half of a key version, with RSAES-OAEP (RFC 8017 §7.1.1).
 *
 * @returns as many bytes as the modulus has
 * @throws KmsRefusal `InvalidParameter` for a plaintext that does not fit
 */
export function encryptOaep(found: FoundVersion, hash: OaepHash, plaintext: Buffer): Buffer {
  if (plaintext.length > oaepCapacity(modulusBytes(found.key) ?? 0, hash)) {
    throw invalidParameter('Plaintext');
  }
  const publicKey = createPublicKey(privateKeyOf(found));
  return publicEncrypt({ key: publicKey, padding, oaepHash: hash }, plaintext);
}

/**
 * Decrypts what was encrypted under the public half of a key version (RFC 8017 §7.1.2). Every fault in
 * the ciphertext is refused alike; so is an empty plaintext, which KMS itself never encrypts.
 *
 * @param blob - base64 of as many bytes as the modulus has
 * @returns the plaintext, which the caller overwrites
 * @throws KmsRefusal `InvalidParameter`
 */
export function decryptOaep(found: FoundVersion, hash: OaepHash, blob: string): Buffer {
  const ciphertext = decodeBase64(blob) ?? Buffer.alloc(0);
  if (ciphertext.length !== modulusBytes(found.key)) throw refusal('InvalidParameter');
  let plaintext: Buffer;
  try {
    plaintext = privateDecrypt({ key: privateKeyOf(found), padding, oaepHash: hash }, ciphertext);
  } catch {
    throw refusal('InvalidParameter');
  }
  if (plaintext.length === 0) throw refusal('InvalidParameter');
  return plaintext;
}

function modulusBytes({ keySpec }: KmsKey): number | undefined {
  if (keySpec === 'RSA_2048') return 256;
  return keySpec === 'RSA_3072' ? 384 : undefined;
}

/** The private key of a version of an RSA or EC key. */
export function privateKeyOf({ version }: FoundVersion): KeyObject {
  return createPrivateKey({ key: version.material, format: 'der', type: 'pkcs8' });
}
