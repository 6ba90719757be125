import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  assertCheckValues,
  keyCheckValues,
  parseExpectedCheckValue,
} from '../../../src/documents/key-check-value.ts';
import { aesCmac } from '../../../src/documents/aes-cmac.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const MESSAGE = hex(
  '6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710',
);

/** NIST SP 800-38B, appendix D (the same examples as in RFC 4493 for AES-128). */
const EXAMPLES: readonly [string, number, string][] = [
  ['2b7e151628aed2a6abf7158809cf4f3c', 0, 'bb1d6929e95937287fa37d129b756746'],
  ['2b7e151628aed2a6abf7158809cf4f3c', 16, '070a16b46b4d4144f79bdd9dd04a287c'],
  ['2b7e151628aed2a6abf7158809cf4f3c', 40, 'dfa66747de9ae63030ca32611497c827'],
  ['2b7e151628aed2a6abf7158809cf4f3c', 64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ['8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b', 0, 'd17ddf46adaacde531cac483de7a9367'],
  ['8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b', 16, '9e99a7bf31e710900662f65e617c5184'],
  ['8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b', 40, '8a1de5be2eb31aad089a82e6ee908b0e'],
  ['8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b', 64, 'a1d5df0eed790f794d77589659f39a11'],
  [
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    0,
    '028962f61b7bf89efc6b551f4667d983',
  ],
  [
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    16,
    '28a7023f452e8f82bd4bf28d8c37c35c',
  ],
  [
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    40,
    'aaf3d8f1de5640c232f5b169b9c911e6',
  ],
  [
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    64,
    'e1992190549f6ed5696a2c056c315410',
  ],
];

describe('AES-CMAC', () => {
  it.each(EXAMPLES)('of key %s and %i bytes is that of SP 800-38B', (key, length, tag) => {
    expect(aesCmac(hex(key), MESSAGE.subarray(0, length)).toString('hex')).toBe(tag);
  });
});

describe('keyCheckValues', () => {
  it('are the first bytes of the encrypted zero block and of two CMACs, for an AES key', () => {
    // FIPS 197 / SP 800-38B: the subkey L of the AES-256 example is the encrypted zero block.
    const key = hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
    const label = aesCmac(key, Buffer.from('kmsx-data-key-v1')).toString('hex');
    const zero = aesCmac(key, Buffer.alloc(16)).toString('hex');
    expect(keyCheckValues(key)).toEqual([
      { Method: 'AES-ECB-ZERO', Value: 'e568f6' },
      { Method: 'AES-CMAC-ZERO', Value: zero.slice(0, 10) },
      { Method: 'AES-CMAC-LABEL', Value: label },
    ]);
  });

  it('is one SHA-256 value for a longer key that is no AES key', () => {
    const key = Buffer.alloc(20, 7);
    const digest = createHash('sha256').update('kmsx-data-key-v1').update(key).digest('hex');
    expect(keyCheckValues(key)).toEqual([{ Method: 'SHA256-LABEL', Value: digest.slice(0, 32) }]);
  });

  it('are none below 16 bytes', () => {
    expect(keyCheckValues(Buffer.alloc(15))).toEqual([]);
  });

  it('are only those that were asked for', () => {
    const methods = keyCheckValues(Buffer.alloc(32), ['cmac', 'label']).map(({ Method }) => Method);
    expect(methods).toEqual(['AES-CMAC-ZERO', 'AES-CMAC-LABEL']);
  });
});

describe('an expected check value', () => {
  it('is met by the key it came from, in either letter case', () => {
    const key = Buffer.alloc(16, 3);
    for (const [word, { Value }] of [
      ['ecb', keyCheckValues(key, ['ecb'])[0] ?? { Value: '' }],
      ['cmac', keyCheckValues(key, ['cmac'])[0] ?? { Value: '' }],
      ['label', keyCheckValues(key, ['label'])[0] ?? { Value: '' }],
    ] as const) {
      assertCheckValues(key, [parseExpectedCheckValue(`${word}:${Value.toUpperCase()}`)]);
      expect(() => {
        assertCheckValues(Buffer.alloc(16, 4), [parseExpectedCheckValue(`${word}:${Value}`)]);
      }).toThrow(expect.objectContaining({ code: 'check-value-mismatch' }));
    }
  });

  it('of a method that does not fit the key is a mismatch', () => {
    const expected = parseExpectedCheckValue(`sha256:${'0'.repeat(32)}`);
    expect(() => {
      assertCheckValues(Buffer.alloc(32), [expected]);
    }).toThrow('a data key of 32 bytes has no SHA256-LABEL check value');
  });

  it.each([
    '',
    'ecb',
    'ecb:',
    'ecb:12345',
    'ecb:1234567',
    'ecb:12345g',
    'kcv:123456',
    'label:00',
    '123456',
  ])('is refused as %j', (text) => {
    expect(() => parseExpectedCheckValue(text)).toThrow(
      expect.objectContaining({ code: 'check-value-malformed' }),
    );
  });
});
