import smCrypto from 'sm-crypto';

/** A SubjectPublicKeyInfo of an SM2 key in DER, up to its point: ecPublicKey, 1.2.156.10197.1.301, 04. */
const SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex');
const POINT_BYTES = 65;
const C1_C3_BYTES = 64 + 32;

/** KMS takes at most 6,144 bytes of ciphertext: 97 of them are C1 and C3. */
export const SM2_CAPACITY_BYTES = 6047;

/**
 * Reads an SM2 public key.
 *
 * @param spki - a SubjectPublicKeyInfo in DER
 * @returns 04, x and y in hexadecimal; undefined for anything else
 */
export function readSm2Point(spki: Buffer): string | undefined {
  const isSpki = spki.length === SPKI_PREFIX.length + POINT_BYTES;
  if (!isSpki || !spki.subarray(0, SPKI_PREFIX.length).equals(SPKI_PREFIX)) return undefined;
  const point = spki.subarray(SPKI_PREFIX.length);
  return point[0] === 0x04 ? point.toString('hex') : undefined;
}

/**
 * Encrypts by SM2 (GB/T 32918.4-2016 §6.1), by another implementation than the one that kmsx decrypts with. A key stream of
 * zeros, which would show the plaintext, is never used (step A5).
 *
 * @param point - from `readSm2Point`
 * @returns 04‖C1‖C3‖C2, or undefined if it is no point of the curve
 */
export function encryptSm2(plaintext: Buffer, point: string): Buffer | undefined {
  for (;;) {
    let ciphertext: Buffer;
    try {
      const encrypted = smCrypto.sm2.doEncrypt([...plaintext], point, 1);
      ciphertext = Buffer.from(encrypted, 'hex');
    } catch {
      return undefined; // its one error for a point that is not on the curve
    }
    if (!ciphertext.subarray(C1_C3_BYTES).equals(plaintext)) {
      return Buffer.concat([Buffer.of(0x04), ciphertext]);
    }
  }
}
