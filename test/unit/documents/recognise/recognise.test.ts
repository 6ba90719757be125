import { randomBytes } from 'node:crypto';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayBeCiphertext, recognise } from '../../../../src/documents/recognise/recognise.ts';
import { inWords, notCiphertext } from '../../../../src/documents/recognise/words.ts';
import { DRESSES } from '../../../support/hints/dresses.ts';
import { testKey } from '../../../support/wrapping/wrapping-keys.ts';

/** One of each kind; their names are those of test/keys. */
const KINDS: readonly (readonly [string, Buffer, string])[] = [
  ['a plaintext AES-256 key', randomBytes(32), 'short value'],
  ['a plaintext AES-192 key', randomBytes(24), 'short value'],
  ['a plaintext AES-128 key', randomBytes(16), 'short value'],
  ['a plaintext HMAC key', randomBytes(64), 'short value'],
  ['rsa-2048-pkcs8.pem', testKey('rsa-2048-pkcs8.pem'), 'private key'],
  ['rsa-2048-pkcs8.der', testKey('rsa-2048-pkcs8.der'), 'private key'],
  ['rsa-2048-pkcs1.der', testKey('rsa-2048-pkcs1.der'), 'private key'],
  ['rsa-2048-pbes2-sha256.der', testKey('rsa-2048-pbes2-sha256.der'), 'private key'],
  ['sm2-sec1.der', testKey('sm2-sec1.der'), 'private key'],
  ['dsa-traditional.der', testKey('dsa-traditional.der'), 'private key'],
  ['openssh', testKey('openssh'), 'private key'],
  ['rsa-2048-modern.p12', testKey('rsa-2048-modern.p12'), 'PKCS#12 file'],
  ['rsa-2048-nomac.p12', testKey('rsa-2048-nomac.p12'), 'PKCS#12 file'],
  ['rsa-2048-pub.pem', testKey('rsa-2048-pub.pem'), 'public key'],
  ['rsa-2048-pub-pkcs1.der', testKey('rsa-2048-pub-pkcs1.der'), 'public key'],
  ['rsa-2048-cert.der', testKey('rsa-2048-cert.der'), 'certificate'],
  ['rsa-2048-csr.pem', testKey('rsa-2048-csr.pem'), 'PEM file'],
  [
    'a Java key store',
    Buffer.from(`feedfeed0000000200000001${'00ff'.repeat(40)}`, 'hex'),
    'Java key store',
  ],
  ['a private key of Windows', privateKeyBlob('0702000000a40000'), 'private key'],
  ['a PVK file', privateKeyBlob('1ef1b5b00000000002000000000000000000000054040000'), 'private key'],
  ['a secret key of OpenPGP', privateKeyBlob('95038a0465a0b1c201'), 'private key'],
  ['a key with NUL bytes', withNul(testKey('rsa-2048-pkcs8.pem')), 'private key'],
  ['a key in gzip', gzipSync(testKey('rsa-2048-pkcs8.der')), 'compressed file'],
  ['a key in zlib', deflateSync(testKey('rsa-2048-pkcs8.der')), 'compressed file'],
  [
    'a key in zip',
    Buffer.concat([Buffer.from('PK\x03\x04\x14\0'), deflateRawSync(testKey('rsa-2048-pkcs8.der'))]),
    'compressed file',
  ],
  ['text with NUL bytes', withNul(Buffer.from('key: '.repeat(40))), 'text'],
  ['a document', Buffer.from('{"Format":"kmsx-backup/1"}'), 'JSON'],
];

function privateKeyBlob(header: string): Buffer {
  return Buffer.concat([
    Buffer.from(header, 'hex'),
    ...(header.startsWith('07') ? [Buffer.from('RSA2')] : []),
    randomBytes(900),
  ]);
}

function withNul(text: Buffer): Buffer {
  return Buffer.concat([text.subarray(0, 40), Buffer.of(0), text.subarray(40)]);
}

describe.each(KINDS)('%s', (_, bytes, kind) => {
  it.each(Object.entries(DRESSES))('is recognised in %s, and is no ciphertext', (dress, put) => {
    const recognised = recognise(put(bytes));
    expect({ dress, kind: recognised.kind }).toEqual({ dress, kind });
    expect(mayBeCiphertext(recognised)).toBe(false);
  });

  it('is no ciphertext in the field of a document', () => {
    expect(notCiphertext(bytes.toString('base64'))).toMatch(/^(?:is|has) .*, and no ciphertext$/);
  });
});

describe('a ciphertext', () => {
  const blob = Buffer.concat([
    Buffer.from('ca734f7c-3c18-4f82-8dfb-d359d2db241b'),
    Buffer.from('62a6fab28aba09a79a046cf896e516e88d3546c53ed4b19f38bf7fce'.repeat(2), 'hex'),
  ]);

  it.each(Object.entries(DRESSES))('in %s is opaque, with its own length', (dress, put) => {
    const { kind, length } = recognise(put(blob));
    expect({ dress, kind, length }).toEqual({ dress, kind: 'opaque', length: blob.length });
  });

  it('is opaque: whatever its bytes are, it is not refused', () => {
    const beginnings = fc.constantFrom(
      ...['', 'fffe', 'feff', 'efbbbf', '30', '3080', '3082', '7b', '7b22', '22', '2d2d2d2d2d'],
      ...[blob.subarray(0, 36).toString('hex'), Buffer.from('key-hzz6').toString('hex')],
      ...['308200fc020100', '30820100300d', '3081fc0201003081', '6b6579'],
    );
    const tails = fc.uint8Array({ minLength: 80, maxLength: 400 });
    fc.assert(
      fc.property(beginnings, tails, (beginning, tail) => {
        const bytes = Buffer.concat([
          Buffer.from(beginning, 'hex'),
          tail,
          Buffer.of(0, 0x81, 0xff),
        ]);
        expect(notCiphertext(bytes.toString('base64'))).toBeUndefined();
        expect(mayBeCiphertext(recognise(Buffer.from(bytes.toString('base64'))))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('in words', () => {
  it.each([
    [testKey('rsa-2048-pkcs8.pem').toString('base64'), 'is a private key in base64'],
    [testKey('rsa-2048-pkcs8.der').toString('hex'), 'is a private key in hexadecimal'],
    ['00'.repeat(32), 'has 32 bytes: it may be a plaintext data key'],
    [`"${'x'.repeat(128)}"`, 'is a ciphertext of 96 bytes in base64 in a JSON string'],
    [
      `CiphertextBlob: ${'x'.repeat(128)}`,
      'is a ciphertext of 96 bytes in base64 in a line NAME: value',
    ],
    [
      Buffer.from('x'.repeat(128)).toString('base64'),
      'is a ciphertext of 96 bytes in base64 in base64',
    ],
    [`${'x'.repeat(125)}w`, 'is a ciphertext of 94 bytes in base64 without padding'],
  ])('%.30s', (text, words) => {
    expect(inWords(recognise(Buffer.from(text)))).toBe(words);
  });
});
