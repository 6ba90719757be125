import { createPublicKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usingSecret } from '../../../../src/base/bytes/secret-bytes.ts';
import { encryptSm2 } from '../../../../src/local-kms/encryption/sm2.ts';
import { findWrappingAlgorithm } from '../../../../src/wrapping/algorithms.ts';
import { decryptSm2 } from '../../../../src/wrapping/sm2/decrypt.ts';
import { makeSm2Key, sm2UnwrappingKey } from '../../../../src/wrapping/sm2/private-key.ts';
import { sm2Forms } from '../../../support/wrapping/sm2-forms.ts';
import { EXAMPLE_CURVE_VECTORS, SM2_VECTORS } from '../../../support/wrapping/sm2-vectors.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const D = BigInt(`0x${SM2_VECTORS[0]?.d ?? ''}`);
const CIPHERTEXT = hex(SM2_VECTORS[0]?.raw ?? '');
const MESSAGE = hex(SM2_VECTORS[0]?.message ?? '');

describe('SM2 decryption', () => {
  it.each(SM2_VECTORS)('gives what is published: $name', ({ d, message, ...published }) => {
    const { format, ciphertext, raw } = published;
    const form = format === 'der' ? 'DER' : '04-C1C3C2';
    const key = BigInt(`0x${d}`);
    expect(decryptSm2(hex(ciphertext), key)).toEqual({ form, plaintext: hex(message) });
    expect(decryptSm2(hex(raw), key)).toEqual({ form: '04-C1C3C2', plaintext: hex(message) });
  });

  it.each(EXAMPLE_CURVE_VECTORS)('opens nothing of another curve: $name', ({ d, ciphertext }) => {
    expect(ciphertext).toMatch(/^30/);
    expect(decryptSm2(hex(ciphertext), BigInt(`0x${d}`))).toBeUndefined();
  });

  it('has vectors of several sources', () => {
    expect([SM2_VECTORS.length, EXAMPLE_CURVE_VECTORS.length]).toEqual([4, 4]);
  });

  it('opens what another implementation encrypts, in every form, and tells the form', async () => {
    const key = makeSm2Key();
    const point = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-65);
    const unwrapping = sm2UnwrappingKey(key, 'SHA256:');
    const sm2pke = findWrappingAlgorithm('SM2PKE');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const raw = encryptSm2(Buffer.from(bytes), point.toString('hex'));
        if (raw === undefined) throw new Error('not encrypted');
        for (const form of Object.values(sm2Forms(raw))) {
          await usingSecret(await unwrapping.unwrap(form, sm2pke), (opened) => {
            expect(opened.bytes).toEqual(Buffer.from(bytes));
          });
        }
      }),
      { numRuns: 10 },
    );
    for (const [form, bytes] of Object.entries(sm2Forms(CIPHERTEXT))) {
      expect(decryptSm2(bytes, D)).toMatchObject({ form, plaintext: MESSAGE });
    }
  });

  it.each(Object.entries(sm2Forms(CIPHERTEXT)))('refuses any changed byte of %s', (_, bytes) => {
    for (let index = 0; index < bytes.length; index += 7) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 0x01;
      expect(decryptSm2(changed, D)?.plaintext, `byte ${index}`).not.toEqual(MESSAGE);
    }
    expect(decryptSm2(Buffer.concat([bytes, Buffer.of(0)]), D)).toBeUndefined();
    expect(decryptSm2(bytes.subarray(0, -1), D)).toBeUndefined();
  });

  it('refuses points that are not on the curve, and the one at infinity', () => {
    const offCurve = Buffer.from(CIPHERTEXT);
    offCurve.fill(0x11, 1, 65);
    const infinity = Buffer.from(CIPHERTEXT);
    infinity.fill(0, 1, 65);
    const tooLarge = Buffer.from(CIPHERTEXT);
    tooLarge.fill(0xff, 1, 33);
    for (const bytes of [offCurve, infinity, tooLarge])
      expect(decryptSm2(bytes, D)).toBeUndefined();
  });

  it('refuses anything else without another error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decryptSm2(Buffer.from(bytes), D)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('has one error for all that fails', async () => {
    const unwrapping = sm2UnwrappingKey(makeSm2Key(), 'SHA256:');
    for (const bytes of [CIPHERTEXT, randomBytes(129), Buffer.alloc(0)]) {
      await expect(unwrapping.unwrap(bytes, findWrappingAlgorithm('SM2PKE'))).rejects.toMatchObject(
        {
          code: 'unwrap-failed',
          message: 'the wrapped data key does not open with this private key',
        },
      );
    }
  });
});

describe('the embedded KMS’s SM2', () => {
  it('never shows a plaintext of one byte where the key stream is zero', () => {
    const key = createPublicKey(makeSm2Key()).export({ type: 'spki', format: 'der' });
    for (let run = 0; run < 20; run += 1) {
      const plaintext = Buffer.of(run);
      const raw = encryptSm2(plaintext, key.subarray(-65).toString('hex'));
      expect(raw?.subarray(97)).not.toEqual(plaintext);
    }
  });

  it('encrypts to no point that is off the curve', () => {
    expect(encryptSm2(Buffer.alloc(32), `04${'11'.repeat(64)}`)).toBeUndefined();
  });
});
