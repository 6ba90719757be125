import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { RandomBytes } from '../identifiers.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts with AES-GCM (SP 800-38D).
 *
 * @param key - 16, 24 or 32 bytes
 * @param aad - authenticated with the ciphertext, not stored
 * @returns `IV (12) ‖ ciphertext ‖ tag (16)`
 */
export function sealGcm(
  key: Buffer,
  plaintext: Buffer,
  aad: Buffer,
  randomBytes: RandomBytes,
): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(cipherOf(key), key, iv);
  cipher.setAAD(aad);
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Decrypts what `sealGcm` encrypted.
 *
 * @returns the plaintext, which the caller overwrites; undefined for everything that fails, and for an empty plaintext
 */
export function openGcm(key: Buffer, sealed: Buffer, aad: Buffer): Buffer | undefined {
  if (sealed.length <= IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(cipherOf(key), key, sealed.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const unverified = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    unverified.fill(0);
    return undefined;
  }
  return unverified;
}

function cipherOf(key: Buffer): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  if (key.length === 16) return 'aes-128-gcm';
  return key.length === 24 ? 'aes-192-gcm' : 'aes-256-gcm';
}
