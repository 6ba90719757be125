import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import { equalBytes } from '../../base/bytes/bytes.ts';
import type { RandomBytes } from '../identifiers.ts';

/* Node has SM4-GCM from version 26 on: this is what all versions can compute. */

const CIPHER = 'sm4-ctr';
const KEY_BYTES = 16;
const IV_BYTES = 16;
const TAG_BYTES = 32;
const LABEL = 'kmsx-local-kms Aliyun_SM4';

/**
 * Encrypts with SM4-CTR (GB/T 32907-2016), and authenticates with HMAC-SM3 what RFC 7518 §5.2.2.1 authenticates:
 * `aad ‖ IV ‖ ciphertext ‖ length of aad in bits (8 bytes)`. Both keys come from the given one by HKDF (RFC 5869).
 *
 * @param key - 16 bytes
 * @param aad - authenticated with the ciphertext, not stored
 * @returns `IV (16) ‖ ciphertext ‖ tag (32)`
 */
export function sealSm4(
  key: Buffer,
  plaintext: Buffer,
  aad: Buffer,
  randomBytes: RandomBytes,
): Buffer {
  const keys = keysFrom(key);
  const iv = randomBytes(IV_BYTES);
  const sealed = Buffer.concat([iv, crypt(keys.encryption, iv, plaintext)]);
  return Buffer.concat([sealed, tagOf(keys.authentication, sealed, aad)]);
}

/**
 * Decrypts what `sealSm4` encrypted, once its tag is right.
 *
 * @returns the plaintext, which the caller overwrites; undefined for everything that fails, and for an empty plaintext
 */
export function openSm4(key: Buffer, sealed: Buffer, aad: Buffer): Buffer | undefined {
  if (sealed.length <= IV_BYTES + TAG_BYTES) return undefined;
  const keys = keysFrom(key);
  const authenticated = sealed.subarray(0, -TAG_BYTES);
  const tag = tagOf(keys.authentication, authenticated, aad);
  if (!equalBytes(tag, sealed.subarray(-TAG_BYTES))) return undefined;
  const iv = authenticated.subarray(0, IV_BYTES);
  return crypt(keys.encryption, iv, authenticated.subarray(IV_BYTES));
}

function keysFrom(key: Buffer): { readonly encryption: Buffer; readonly authentication: Buffer } {
  const length = KEY_BYTES + TAG_BYTES;
  const keys = Buffer.from(hkdfSync('sm3', key, Buffer.alloc(0), LABEL, length));
  return { encryption: keys.subarray(0, KEY_BYTES), authentication: keys.subarray(KEY_BYTES) };
}

/** In counter mode both directions are the same. */
function crypt(key: Buffer, iv: Buffer, bytes: Buffer): Buffer {
  return createCipheriv(CIPHER, key, iv).update(bytes);
}

function tagOf(key: Buffer, sealed: Buffer, aad: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(8n * BigInt(aad.length));
  return createHmac('sm3', key).update(aad).update(sealed).update(length).digest();
}
