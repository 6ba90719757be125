import { unsignedInteger } from '../base/bytes/bytes.ts';
import { derChildren } from './der.ts';

/**
 * Whether bytes can be an RSA ciphertext (RFC 8017 §5.1.2: below the modulus) that hides anything: 0, 1 and n − 1 are
 * their own plaintexts.
 *
 * @param ciphertext - as many bytes as the modulus
 * @param spki - an RSA public key as SubjectPublicKeyInfo
 */
export function isRsaCiphertext(ciphertext: Uint8Array, spki: Buffer): boolean {
  const value = unsignedInteger(ciphertext);
  return value > 1n && value < modulusOf(spki) - 1n;
}

/** The modulus, from the DER itself: OpenSSL, which has judged the key, takes half a millisecond to read it once more. */
function modulusOf(spki: Buffer): bigint {
  const [, bits] = derChildren(spki);
  const [modulus] = derChildren(bits?.content.subarray(1)); // after the number of unused bits (RFC 8017 A.1.1)
  if (modulus?.tag !== 0x02) throw new TypeError('no RSA public key');
  return unsignedInteger(modulus.content);
}
