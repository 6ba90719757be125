import type { KeyObject } from 'node:crypto';
import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';

/** The hash of OAEP and of its MGF1 (help 148131). */
export type OaepHash = 'sha1' | 'sha256';

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
 * Encrypts with RSAES-OAEP (RFC 8017 §7.1.1) a plaintext that fits.
 *
 * @returns as many bytes as the modulus has
 * @throws OpenSSL's error for an impossible modulus, such as an even one
 */
export function encryptOaep(publicKey: KeyObject, hash: OaepHash, plaintext: Buffer): Buffer {
  return publicEncrypt({ key: publicKey, padding, oaepHash: hash }, plaintext);
}

/**
 * Decrypts with RSAES-OAEP (RFC 8017 §7.1.2).
 *
 * @param ciphertext - as many bytes as the modulus has
 * @returns the plaintext, which the caller overwrites; undefined for everything that fails, and for an empty plaintext,
 * which KMS itself never encrypts
 */
export function decryptOaep(
  privateKey: KeyObject,
  hash: OaepHash,
  ciphertext: Buffer,
): Buffer | undefined {
  let plaintext: Buffer;
  try {
    plaintext = privateDecrypt({ key: privateKey, padding, oaepHash: hash }, ciphertext);
  } catch {
    return undefined;
  }
  return plaintext.length === 0 ? undefined : plaintext;
}
