import { timingSafeEqual } from 'node:crypto';
import { secretBuffer } from '../../base/bytes/secret-bytes.ts';
import type { Sm2Ciphertext, Sm2Form } from './ciphertext.ts';
import { readSm2Ciphertext } from './ciphertext.ts';
import { fieldBytes, sm3, SM2_POINT } from './curve.ts';
import { FIELD_BYTES } from './parameters.ts';

/** What was decrypted, and how the ciphertext was written down. */
export interface Sm2Plaintext {
  readonly form: Sm2Form;
  /** In memory outside V8's heap; the caller overwrites it. */
  readonly plaintext: Buffer;
}

/**
 * Decrypts by SM2 (GB/T 32918.4-2016 §7.1), whatever form the ciphertext has. C1 must be a point of the curve, the key
 * stream not all zero, and C3 right; it is compared in constant time.
 *
 * @param ciphertext - at least 97 bytes
 * @param d - the private key, from 1 to n − 2
 * @returns undefined for everything that fails
 */
export function decryptSm2(ciphertext: Buffer, d: bigint): Sm2Plaintext | undefined {
  for (const candidate of readSm2Ciphertext(ciphertext)) {
    const plaintext = decryptParts(candidate, d);
    if (plaintext !== undefined) return { form: candidate.form, plaintext };
  }
  return undefined;
}

function decryptParts({ c1, c2, c3 }: Sm2Ciphertext, d: bigint): Buffer | undefined {
  if (c2.length === 0) return undefined;
  const shared = SM2_POINT.fromBytes(c1).multiply(d).toAffine();
  const x2 = fieldBytes(shared.x);
  const y2 = fieldBytes(shared.y);
  const stream = keyStream(x2, y2, c2.length);
  const isAllZero = stream.every((byte) => byte === 0);
  for (const [index, byte] of c2.entries()) stream[index] = (stream[index] ?? 0) ^ byte;
  const isRight = timingSafeEqual(sm3(x2, stream, y2), c3);
  for (const secret of [x2, y2]) secret.fill(0);
  if (isRight && !isAllZero) return stream;
  stream.fill(0);
  return undefined;
}

/** The key derivation function of GB/T 32918.4-2016 §5.4.3: SM3(x2‖y2‖counter), counter from 1. */
function keyStream(x2: Uint8Array, y2: Uint8Array, length: number): Buffer {
  const stream = secretBuffer(length);
  const counter = Buffer.alloc(4);
  for (let at = 0, block = 1; at < length; at += FIELD_BYTES, block += 1) {
    counter.writeUInt32BE(block);
    const digest = sm3(x2, y2, counter);
    stream.set(digest.subarray(0, Math.min(FIELD_BYTES, length - at)), at);
    digest.fill(0);
  }
  return stream;
}
