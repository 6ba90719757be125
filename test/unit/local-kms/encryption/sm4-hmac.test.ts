import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openSm4, sealSm4 } from '../../../../src/local-kms/encryption/sm4-hmac.ts';

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const IV = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff';
const PLAINTEXT = Buffer.from('a data key of 21 bytes');
const CONTEXT = Buffer.from('{"a":"b"}');

/** Computed by the openssl program: `kdf … HKDF`, `enc -sm4-ctr`, `dgst -sm3 -mac HMAC`. */
const SEALED = Buffer.from(
  `${IV}8b82977fedfc5d081b84b8effab61a981897ab74dbf99388e1cc5744dd1df7c38bf2c9c0abdc393b8484dd0fbaacaa3450889ce8dfa4`,
  'hex',
);

describe('SM4 with HMAC-SM3', () => {
  it('is what OpenSSL computes of its parts', () => {
    expect(sealSm4(KEY, PLAINTEXT, CONTEXT, () => Buffer.from(IV, 'hex'))).toEqual(SEALED);
    expect(openSm4(KEY, SEALED, CONTEXT)).toEqual(PLAINTEXT);
  });

  it('never encrypts twice alike', () => {
    const seal = (): string => sealSm4(KEY, PLAINTEXT, CONTEXT, randomBytes).toString('hex');
    expect(seal()).not.toBe(seal());
  });

  it.each([
    ['another context', KEY, SEALED, Buffer.from('{"a":"c"}')],
    ['no context', KEY, SEALED, Buffer.alloc(0)],
    ['another key', Buffer.alloc(16), SEALED, CONTEXT],
    ['a byte less', KEY, SEALED.subarray(0, -1), CONTEXT],
    ['a byte more', KEY, Buffer.concat([SEALED, Buffer.of(0)]), CONTEXT],
    ['nothing', KEY, Buffer.alloc(0), CONTEXT],
    ['an empty plaintext', KEY, sealSm4(KEY, Buffer.alloc(0), CONTEXT, randomBytes), CONTEXT],
    [
      'a context that takes the first bytes of the IV',
      KEY,
      SEALED.subarray(2),
      Buffer.concat([CONTEXT, SEALED.subarray(0, 2)]),
    ],
  ])('does not open with %s', (_what, key, sealed, context) => {
    expect(openSm4(key, sealed, context)).toBeUndefined();
  });

  it('does not open with any bit changed', () => {
    for (let bit = 0; bit < 8 * SEALED.length; bit += 1) {
      const changed = Buffer.from(SEALED);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(openSm4(KEY, changed, CONTEXT)).toBeUndefined();
    }
  });
});
