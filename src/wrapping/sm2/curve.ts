import { createHash } from 'node:crypto';
import type { WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { kmsxError } from '../../base/error.ts';
import { FIELD_BYTES, SM2_PARAMETERS } from './parameters.ts';

/** The points of the recommended curve, and their arithmetic. */
export const SM2_POINT: WeierstrassPointCons<bigint> = weierstrass(SM2_PARAMETERS);

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
