import { unsignedInteger } from '../../base/bytes/bytes.ts';
import { FIELD_BYTES, isSm2Point, SM2_PARAMETERS } from './parameters.ts';

/** A SubjectPublicKeyInfo of an SM2 key, up to its uncompressed point: ecPublicKey, 1.2.156.10197.1.301. */
const BEFORE_POINT = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex');

/**
 * The SubjectPublicKeyInfo of an SM2 key with its point uncompressed, so that every form of a key has one fingerprint.
 *
 * @param point - compressed, hybrid or uncompressed (SEC 1 §2.3.3, X9.62)
 * @returns undefined if it is no point of the curve
 */
export function uncompressedSpki(point: Buffer): Buffer | undefined {
  const [form = 0] = point;
  const x = point.subarray(1, 1 + FIELD_BYTES);
  const isCompressed = (form === 2 || form === 3) && point.length === 1 + FIELD_BYTES;
  const y = isCompressed
    ? findY(unsignedInteger(x), BigInt(form & 1))
    : point.subarray(1 + FIELD_BYTES);
  const isHybrid = form === 6 || form === 7;
  if (isHybrid && ((y.at(-1) ?? 0) & 1) !== (form & 1)) return undefined;
  if (!isCompressed && !isHybrid && form !== 4) return undefined;
  const uncompressed = Buffer.concat([Buffer.of(4), x, y]);
  return isSm2Point(uncompressed) ? Buffer.concat([BEFORE_POINT, uncompressed]) : undefined;
}

/** The one of both y, if there are any, that is even or odd: p is 3 modulo 4, so a root of v is v to the (p + 1) / 4. */
function findY(x: bigint, parity: bigint): Buffer {
  const { p, a, b } = SM2_PARAMETERS;
  const root = power((x * x * x + a * x + b) % p, (p + 1n) / 4n, p);
  const y = root % 2n === parity ? root : p - root;
  return Buffer.from(y.toString(16).padStart(2 * FIELD_BYTES, '0'), 'hex');
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest % 2n === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
