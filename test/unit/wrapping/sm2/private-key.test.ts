import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findWrappingAlgorithm } from '../../../../src/wrapping/algorithms.ts';
import { readPrivateKey } from '../../../../src/wrapping/private-key/private-key.ts';
import { fieldBytes, sm3, SM2_POINT } from '../../../../src/wrapping/sm2/curve.ts';
import { decryptSm2 } from '../../../../src/wrapping/sm2/decrypt.ts';
import { SM2_VECTORS } from '../../../support/wrapping/sm2-vectors.ts';
import { neverAsked, refusal, sequence, tlv } from '../support.ts';

const N = SM2_POINT.Fn.ORDER;
const ALGORITHM = Buffer.from('301306072a8648ce3d020106082a811ccf5501822d', 'hex');

/** PKCS#8 of any number, with the public half [k]G. */
function pkcs8(d: bigint, k: bigint, compressed = false): Buffer {
  const point = Buffer.from(SM2_POINT.BASE.multiply(k).toBytes(compressed));
  const publicKey = tlv(0xa1, tlv(0x03, Buffer.concat([Buffer.alloc(1), point])));
  const sec1 = sequence([tlv(2, Buffer.of(1)), tlv(4, fieldBytes(d)), publicKey]);
  return sequence([tlv(2, Buffer.of(0)), ALGORITHM, tlv(4, sec1)]);
}

describe('an SM2 private key from a file', () => {
  it.each([
    ['1', 1n, false],
    ['n − 2', N - 2n, false],
    ['5, its point compressed', 5n, true],
  ])('is read with the number %s', async (_, d, compressed) => {
    const key = await readPrivateKey(pkcs8(d, d, compressed), 'key.der', neverAsked);
    expect(key.keyType).toBe('sm2');
  });

  it.each(SM2_VECTORS)('is of the public half that is published: $name', async (vector) => {
    const d = BigInt(`0x${vector.d}`);
    const der = pkcs8(d, d);
    expect(der.toString('hex')).toContain(vector.publicKey);
    const published = Buffer.from(vector.pkcs8Base64 ?? '', 'base64');
    const file = vector.pkcs8Base64 === undefined ? der : published;
    const key = await readPrivateKey(file, 'key.der', neverAsked);
    const wrapped = Buffer.from(vector.ciphertext, 'hex');
    const opened = await key.unwrap(wrapped, findWrappingAlgorithm('SM2PKE'));
    expect(opened.bytes.toString('hex')).toBe(vector.message);
  });

  it.each([
    ['zero', 0n, 1n],
    ['n − 1', N - 1n, N - 1n],
    ['n', N, 1n],
    ['n + 1, which is 1 to OpenSSL', N + 1n, 1n],
    ['2, and the public half of 3', 2n, 3n],
  ])('is damaged with the number %s', async (_, d, k) => {
    const der = pkcs8(d, k);
    // OpenSSL itself reads it: what is refused is refused by kmsx.
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const error = await refusal(() => readPrivateKey(der, 'key.der', neverAsked));
    expect([error.code, error.message]).toEqual([
      'privkey-malformed',
      'key.der holds a private key that is damaged or of an unknown kind',
    ]);
  });
});

describe('SM2 decryption of a message that the key stream does not hide', () => {
  it('is refused though C3 is right (GB/T 32918.4-2016 §7.1 B4)', () => {
    const [d, k] = [5n, 1293n];
    const shared = SM2_POINT.BASE.multiply((k * d) % N).toAffine();
    const [x2, y2] = [fieldBytes(shared.x), fieldBytes(shared.y)];
    expect(sm3(x2, y2, Buffer.of(0, 0, 0, 1))[0]).toBe(0);
    const shown = Buffer.of(0x42);
    const c1 = SM2_POINT.BASE.multiply(k).toBytes(false);
    expect(decryptSm2(Buffer.concat([c1, sm3(x2, shown, y2), shown]), d)).toBeUndefined();
    const hidden = SM2_POINT.BASE.multiply(d).toAffine();
    const [x, y] = [fieldBytes(hidden.x), fieldBytes(hidden.y)];
    const mask = sm3(x, y, Buffer.of(0, 0, 0, 1))[0] ?? 0;
    const c2 = Buffer.of(0x42 ^ mask);
    const whole = Buffer.concat([SM2_POINT.BASE.toBytes(false), sm3(x, shown, y), c2]);
    expect(decryptSm2(whole, d)?.plaintext).toEqual(shown);
  });
});
