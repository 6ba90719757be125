import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import fc from 'fast-check';
import forge from 'node-forge';
import { describe, expect, it } from 'vitest';
import { hasCode, KmsxError } from '../../../src/base/error.ts';
import { WRAPPING_ALGORITHMS } from '../../../src/wrapping/algorithms.ts';
import { isRsaCiphertext } from '../../../src/wrapping/rsa-ciphertext.ts';
import { decryptRsaOaep, unwrapRsaOaep } from '../../../src/wrapping/rsa-oaep.ts';
import { refusal, testKey } from './support.ts';

const privateKey = createPrivateKey(testKey('rsa-2048.pem'));
const publicKey = createPublicKey(privateKey);
const otherKey = createPrivateKey(testKey('other-2048.pem'));
const forgeKey = forge.pki.publicKeyFromPem(testKey('rsa-2048-pub.pem').toString());
const HASHES = ['sha256', 'sha1'] as const;
const MESSAGE = 'the wrapped data key does not open with this private key';

function wrap(dataKey: Uint8Array, hash: string): Buffer {
  return publicEncrypt({ key: publicKey, oaepHash: hash }, dataKey);
}

/** A wrapped data key that is as a number shorter than the modulus: one in 256 or so. */
function wrapWithLeadingZero(): Buffer {
  for (;;) {
    const wrapped = wrap(Buffer.alloc(32, 1), 'sha256');
    if (wrapped[0] === 0) return wrapped;
  }
}

/** What a caller may learn of a failure. */
async function failureOf(wrapped: Uint8Array, hash: 'sha256' | 'sha1', key = privateKey) {
  const error = await refusal(() => unwrapRsaOaep(wrapped, key, hash));
  if (!hasCode(error, 'unwrap-failed')) throw error;
  const { kind, code, message, details, hints, cause, requestId } = error;
  return { kind, code, message, details, hints, cause, requestId };
}

const FAILURE = {
  kind: 'crypto',
  code: 'unwrap-failed',
  message: MESSAGE,
  details: {},
  hints: undefined,
  cause: undefined,
  requestId: undefined,
};

describe('unwrapRsaOaep', () => {
  it.each(HASHES)('gives back every data key that fits, with %s', (hash) => {
    const longest = WRAPPING_ALGORITHMS.find((each) => each.hash === hash)?.maxDataKeyBytes ?? 0;
    for (let length = 1; length <= longest; length += 1) {
      const dataKey = randomBytes(length);
      expect(unwrapRsaOaep(wrap(dataKey, hash), privateKey, hash).bytes.equals(dataKey)).toBe(true);
    }
    expect(() => wrap(randomBytes(longest + 1), hash)).toThrow();
  });

  it('gives back data keys of any bytes, also with zeros and ones at their beginning', () => {
    const dataKeys = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 190 }),
      fc.array(fc.constantFrom(0, 1, 0xff), { minLength: 1, maxLength: 190 }),
    );
    fc.assert(
      fc.property(dataKeys, fc.constantFrom(...HASHES), (content, hash) => {
        const dataKey = Buffer.from(content);
        expect(unwrapRsaOaep(wrap(dataKey, hash), privateKey, hash).bytes.equals(dataKey)).toBe(
          true,
        );
      }),
    );
  });

  it('agrees with OpenSSL on whatever is changed in a wrapped data key', () => {
    const wrapped = wrap(randomBytes(32), 'sha256');
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 1, max: 255 }), (place, difference) => {
        const changed = Buffer.from(wrapped);
        changed[place] = (changed[place] ?? 0) ^ difference;
        expect(() => unwrapRsaOaep(changed, privateKey, 'sha256')).toThrow(KmsxError);
        expect(() => privateDecrypt({ key: privateKey, oaepHash: 'sha256' }, changed)).toThrow();
      }),
    );
  });

  const wrapped = wrap(Buffer.alloc(32, 1), 'sha256');
  const modulus = Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
  const raw = (encoded: Buffer) =>
    publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, encoded);
  const cases: [string, Uint8Array][] = [
    ['no bytes', Buffer.alloc(0)],
    ['a byte less', wrapped.subarray(0, 255)],
    ['a byte less at the beginning', wrapped.subarray(1)],
    ['a zero byte less at the beginning', wrapWithLeadingZero().subarray(1)],
    ['a byte more', Buffer.concat([wrapped, Buffer.alloc(1)])],
    ['a leading zero byte more', Buffer.concat([Buffer.alloc(1), wrapped])],
    ['base64 that was not decoded', Buffer.from(wrapped.toString('base64'))],
    ['a changed byte', Buffer.from(wrapped).fill(0x77, 100, 101)],
    ['zero', Buffer.alloc(256)],
    ['one', Buffer.concat([Buffer.alloc(255), Buffer.from([1])])],
    ['the modulus', modulus],
    ['more than the modulus', Buffer.alloc(256, 0xff)],
    ['another hash', wrap(Buffer.alloc(32, 1), 'sha1')],
    [
      'PKCS#1 v1.5 padding',
      publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.alloc(32)),
    ],
    ['no padding', raw(Buffer.concat([Buffer.alloc(224), Buffer.alloc(32, 9)]))],
    ['a padding that begins with 1', raw(Buffer.concat([Buffer.from([1]), Buffer.alloc(255, 3)]))],
  ];
  it.each(cases)('has the one error for %s', async (_, content) => {
    expect(await failureOf(content, 'sha256')).toEqual(FAILURE);
  });

  it('has the one error for another key and another kind of key', async () => {
    expect(await failureOf(wrapped, 'sha256', otherKey)).toEqual(FAILURE);
    for (const file of [
      'rsa-3072.pem',
      'exponent-3.pem',
      'rsa-pss.pem',
      'ec-p256.pem',
      'sm2.pem',
    ]) {
      const key = createPrivateKey(testKey(file));
      expect(await failureOf(wrapped, 'sha256', key)).toEqual(FAILURE);
    }
  });

  it('opens under no hash but its own', async () => {
    expect(await failureOf(wrapped, 'sha1')).toEqual(FAILURE);
    expect(await failureOf(wrap(Buffer.alloc(16), 'sha1'), 'sha256')).toEqual(FAILURE);
  });

  it('opens a wrapped data key with a leading zero byte', () => {
    const dataKey = unwrapRsaOaep(wrapWithLeadingZero(), privateKey, 'sha256');
    expect(dataKey.bytes.equals(Buffer.alloc(32, 1))).toBe(true);
  });

  it('leaves the wrapped data key as it is', () => {
    const before = Buffer.from(wrapped);
    unwrapRsaOaep(wrapped, privateKey, 'sha256').dispose();
    expect(wrapped.equals(before)).toBe(true);
  });
});

describe('decryptRsaOaep', () => {
  it('takes every pairing of the two hashes and any label, and no other than was used', () => {
    const label = Buffer.from([0, 0x80, 0xff]);
    const message = Buffer.alloc(16, 0xd7);
    for (const hash of HASHES) {
      for (const mgf1Hash of HASHES) {
        const encrypted = forgeKey.encrypt(message.toString('latin1'), 'RSA-OAEP', {
          md: forge.md[hash].create(),
          mgf1: { md: forge.md[mgf1Hash].create() },
          label: label.toString('latin1'),
        });
        const ciphertext = Buffer.from(encrypted, 'latin1');
        const open = (parameters: Parameters<typeof decryptRsaOaep>[2]) =>
          decryptRsaOaep(ciphertext, privateKey, parameters).bytes;
        const mgf1Other = mgf1Hash === 'sha1' ? 'sha256' : 'sha1';
        expect(open({ hash, mgf1Hash, label }).equals(message)).toBe(true);
        expect(() => open({ hash, mgf1Hash })).toThrow(MESSAGE);
        expect(() => open({ hash, mgf1Hash: mgf1Other, label })).toThrow(MESSAGE);
      }
    }
  });

  it('gives an empty message', () => {
    const parameters = { hash: 'sha256', mgf1Hash: 'sha256' } as const;
    expect(decryptRsaOaep(wrap(Buffer.alloc(0), 'sha256'), privateKey, parameters).length).toBe(0);
  });
});

describe('isRsaCiphertext', () => {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const { n = '' } = publicKey.export({ format: 'jwk' });
  const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
  const bytes = (value: bigint): Buffer =>
    Buffer.from(value.toString(16).padStart(512, '0'), 'hex');

  it.each([
    ['0', 0n, false],
    ['1', 1n, false],
    ['2', 2n, true],
    ['n - 2', modulus - 2n, true],
    ['n - 1', modulus - 1n, false],
    ['n', modulus, false],
    ['the greatest of its length', (1n << 2048n) - 1n, false],
  ])('is for %s as it should be', (_, value, expected) => {
    expect(isRsaCiphertext(bytes(value), spki)).toBe(expected);
  });

  it('is true for what is wrapped', () => {
    expect(isRsaCiphertext(wrap(randomBytes(32), 'sha256'), spki)).toBe(true);
    expect(isRsaCiphertext(wrapWithLeadingZero(), spki)).toBe(true);
  });
});
