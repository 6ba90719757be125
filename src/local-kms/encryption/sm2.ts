import smCrypto from 'sm-crypto';

/** A SubjectPublicKeyInfo of an SM2 key in DER, up to its point: ecPublicKey, 1.2.156.10197.1.301, 04. */
const SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex');
/** PKCS#8 (RFC 5958) of an SM2 key with its public half (RFC 5915), up to the scalar, and between it and the point. */
const BEFORE_SCALAR = Buffer.from(
  '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420',
  'hex',
);
const BEFORE_POINT = Buffer.from('a144034200', 'hex');
const SCALAR_BYTES = 32;
const POINT_BYTES = 65;
const C1_C3_BYTES = 64 + 32;
/** The order of the curve's base point (GB/T 32918.5-2017). */
const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

/** KMS takes at most 6,144 bytes of ciphertext: 97 of them are 04, C1 and C3. */
export const SM2_CAPACITY_BYTES = 6047;
const SM2_CIPHERTEXT_BYTES = 1 + C1_C3_BYTES;

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

/** An SM2 private key. */
export interface Sm2Key {
  /** The private number in hexadecimal. */
  readonly scalar: string;
  /** 04, x and y in hexadecimal. */
  readonly point: string;
}

/**
 * Reads an SM2 private key: its number is from 1 to n − 2, and the public half is its own (GB/T 32918.1-2016 §6).
 *
 * @param pkcs8 - with the public half, uncompressed, in DER
 * @returns undefined for anything else
 */
export function readSm2Key(pkcs8: Buffer): Sm2Key | undefined {
  const afterScalar = BEFORE_SCALAR.length + SCALAR_BYTES;
  const scalar = pkcs8.toString('hex', BEFORE_SCALAR.length, afterScalar);
  const point = pkcs8.toString('hex', afterScalar + BEFORE_POINT.length);
  const form = [BEFORE_SCALAR, Buffer.from(scalar, 'hex'), BEFORE_POINT, Buffer.from(point, 'hex')];
  if (point.length !== 2 * POINT_BYTES || !Buffer.concat(form).equals(pkcs8)) return undefined;
  const number = BigInt(`0x${scalar}`);
  if (number === 0n || number > ORDER - 2n) return undefined;
  return smCrypto.sm2.getPublicKeyFromPrivateKey(scalar) === point ? { scalar, point } : undefined;
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

/**
 * The form of GM/T 0009-2012 §7.2, in DER: a SEQUENCE of INTEGER x, INTEGER y, OCTET STRING C3 and OCTET STRING C2.
 *
 * @param ciphertext - 04‖C1‖C3‖C2, of at most 64 KiB
 */
export function sm2InDer(ciphertext: Buffer): Buffer {
  return derValue(
    0x30,
    Buffer.concat([
      derInteger(ciphertext.subarray(1, 33)),
      derInteger(ciphertext.subarray(33, 65)),
      derValue(0x04, ciphertext.subarray(65, SM2_CIPHERTEXT_BYTES)),
      derValue(0x04, ciphertext.subarray(SM2_CIPHERTEXT_BYTES)),
    ]),
  );
}

/** A coordinate as INTEGER: as few bytes as it has, and a 00 before a high bit, which would be a sign. */
function derInteger(coordinate: Buffer): Buffer {
  const start = coordinate.findIndex((byte) => byte !== 0);
  const digits = coordinate.subarray(start < 0 ? -1 : start);
  const sign = Buffer.alloc(digits.readUInt8(0) < 0x80 ? 0 : 1);
  return derValue(0x02, Buffer.concat([sign, digits]));
}

function derValue(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = [length >> 8, length & 0xff];
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, ...size];
  return Buffer.concat([Buffer.of(tag, ...header), content]);
}

/**
 * Decrypts by SM2 (GB/T 32918.4-2016 §7.1).
 *
 * @param ciphertext - 04‖C1‖C3‖C2
 * @returns the plaintext, which the caller overwrites; undefined for everything that fails, and for an empty plaintext
 */
export function decryptSm2(ciphertext: Buffer, { scalar }: Sm2Key): Buffer | undefined {
  const length = ciphertext.length - SM2_CIPHERTEXT_BYTES;
  if (length < 1 || length > SM2_CAPACITY_BYTES || ciphertext[0] !== 0x04) return undefined;
  const encrypted = ciphertext.toString('hex', 1);
  const plaintext = smCrypto.sm2.doDecrypt(encrypted, scalar, 1, { output: 'array' });
  return plaintext.length === 0 ? undefined : Buffer.from(plaintext);
}
