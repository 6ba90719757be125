import { createHash } from 'node:crypto';
import type { WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { kmsxError } from '../../base/error.ts';

/** The recommended curve of GB/T 32918.5-2017 (sm2p256v1, 1.2.156.10197.1.301). */
export const SM2_POINT: WeierstrassPointCons<bigint> = weierstrass({
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
});

/** The length of a coordinate, of a scalar and of SM3's digest. */
export const FIELD_BYTES = 32;

/**
 * SM3 (GB/T 32905-2016), by OpenSSL.
 *
 * @throws KmsxError `sm3-missing`
 */
export function sm3(...parts: readonly Uint8Array[]): Buffer {
  const hash = newSm3();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function newSm3() {
  try {
    return createHash('sm3');
  } catch {
    throw kmsxError('sm3-missing', 'the OpenSSL of this Node.js has no SM3, which SM2 needs');
  }
}

/** A coordinate or scalar as 32 bytes, the high one first. */
export function fieldBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * FIELD_BYTES, '0'), 'hex');
}

/**
 * Whether 04‖x‖y is a point of the curve, and not the one at infinity (GB/T 32918.1-2016 §4.2).
 *
 * @param bytes - 65 bytes
 */
export function isSm2Point(bytes: Uint8Array): boolean {
  try {
    const point = SM2_POINT.fromBytes(bytes);
    point.assertValidity();
    return bytes.length === 1 + 2 * FIELD_BYTES && !point.is0();
  } catch {
    return false;
  }
}
