import { createPublicKey } from 'node:crypto';
import { unsignedInteger } from '../base/bytes.ts';

/**
 * Whether bytes can be an RSA ciphertext (RFC 8017 §5.1.2: below the modulus) that hides anything: 0, 1 and n − 1 are
 * their own plaintexts.
 *
 * @param ciphertext - as many bytes as the modulus
 * @param spki - an RSA public key as SubjectPublicKeyInfo
 */
export function isRsaCiphertext(ciphertext: Uint8Array, spki: Buffer): boolean {
  const { n } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({
    format: 'jwk',
  });
  const modulus = unsignedInteger(Buffer.from(n ?? '', 'base64url'));
  const value = unsignedInteger(ciphertext);
  return value > 1n && value < modulus - 1n;
}
