import { createPrivateKey, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../../../src/base/error.ts';
import { isThreadBusy } from '../../../src/base/thread-work.ts';
import { findWrappingAlgorithm, WRAPPING_ALGORITHMS } from '../../../src/wrapping/algorithms.ts';
import type { UnwrappingKey } from '../../../src/wrapping/unwrapping-key.ts';
import { rsaUnwrappingKey } from '../../../src/wrapping/unwrapping-key.ts';
import { refusal, testKey } from './support.ts';

const privateKey = createPrivateKey(testKey('rsa-2048.pem'));
const publicKey = createPublicKey(privateKey);
const otherKey = createPublicKey(createPrivateKey(testKey('other-2048.pem')));
const RSA = WRAPPING_ALGORITHMS.filter(({ keyType }) => keyType === 'rsa');
const [SHA_256, SHA_1] = RSA.map(({ name }) => findWrappingAlgorithm(name));

async function forMany(): Promise<UnwrappingKey> {
  const key = await rsaUnwrappingKey(privateKey, 'SHA256:00').forMany?.();
  if (key === undefined) throw new TypeError('an RSA key opens exports on threads');
  return key;
}

const wrap = (dataKey: Uint8Array, oaepHash = 'sha256', key = publicKey): Buffer =>
  publicEncrypt({ key, oaepHash }, dataKey);

describe('an RSA key for many exports', () => {
  it.each(RSA)(
    'gives back every data key that fits, many at once, with $name',
    async (algorithm) => {
      const key = await forMany();
      const lengths = Array.from({ length: algorithm.maxDataKeyBytes }, (_, index) => index + 1);
      await Promise.all(
        lengths.map(async (length) => {
          const dataKey = randomBytes(length);
          const opened = await key.unwrap(wrap(dataKey, algorithm.hash), algorithm);
          expect(opened.bytes.equals(dataKey)).toBe(true);
          opened.dispose();
          expect(opened.bytes.equals(Buffer.alloc(length))).toBe(true);
        }),
      );
    },
  );

  const wrapped = wrap(randomBytes(32));
  const flipped = Buffer.from(wrapped);
  flipped[200] = (flipped[200] ?? 0) ^ 1;
  it.each([
    ['was wrapped under another key', wrap(randomBytes(32), 'sha256', otherKey), SHA_256],
    ['was wrapped with another hash', wrapped, SHA_1],
    ['was changed', flipped, SHA_256],
    ['is cut short', wrapped.subarray(0, 255), SHA_256],
    ['is too long', Buffer.concat([wrapped, Buffer.alloc(1)]), SHA_256],
    ['has lost a zero', Buffer.concat([Buffer.alloc(1), wrapped]).subarray(0, 256), SHA_256],
    ['is empty', Buffer.alloc(0), SHA_256],
    ['is zero', Buffer.alloc(256), SHA_256],
    ['is above the modulus', Buffer.alloc(256, 0xff), SHA_256],
  ])('fails in the one way where the export %s', async (_, bytes, algorithm) => {
    if (algorithm === undefined) throw new TypeError('there are two algorithms for RSA');
    const [key, alone] = [await forMany(), rsaUnwrappingKey(privateKey, 'SHA256:00')];
    const errors = [
      await refusal(() => key.unwrap(bytes, algorithm)),
      await refusal(() => alone.unwrap(bytes, algorithm)),
    ].map((error) => {
      if (!hasCode(error, 'unwrap-failed')) throw error;
      const { kind, code, message, details, hints, cause } = error;
      return { kind, code, message, details, hints, cause };
    });
    expect(errors[0]).toEqual(errors[1]);
    expect(errors[0]?.cause).toBeUndefined();
  });

  it('tells an exit of the threads that it would wait for', async () => {
    const key = await forMany();
    if (SHA_256 === undefined) throw new TypeError('there are two algorithms for RSA');
    (await key.unwrap(wrapped, SHA_256)).dispose(); // the key is ready
    const opening = key.unwrap(wrapped, SHA_256);
    await Promise.resolve();
    expect(isThreadBusy()).toBe(true);
    (await opening).dispose();
    expect(isThreadBusy()).toBe(false);
  });
});
