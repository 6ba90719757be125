import { unsignedInteger } from '../../base/bytes/bytes.ts';

/** The length of a coordinate, of a scalar and of SM3's digest, in bytes. */
export const FIELD_BYTES = 32;

/** The recommended curve of GB/T 32918.5-2017 (sm2p256v1, 1.2.156.10197.1.301): y² = x³ + ax + b modulo p. */
export const SM2_PARAMETERS = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};

/**
 * Whether 04‖x‖y is a point of the curve (GB/T 32918.1-2016 §4.2); the one at infinity has no such form.
 *
 * The library of the arithmetic is not asked: every public key comes by here, and loading it takes longer than this.
 *
 * @param bytes - 65 bytes
 */
export function isSm2Point(bytes: Uint8Array): boolean {
  if (bytes.length !== 1 + 2 * FIELD_BYTES || bytes[0] !== 0x04) return false;
  const { p, a, b } = SM2_PARAMETERS;
  const x = unsignedInteger(bytes.subarray(1, 1 + FIELD_BYTES));
  const y = unsignedInteger(bytes.subarray(1 + FIELD_BYTES));
  return x < p && y < p && (y * y - (x * x * x + a * x + b)) % p === 0n;
}
