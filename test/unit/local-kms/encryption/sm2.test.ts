import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  decryptSm2,
  encryptSm2,
  readSm2Key,
  readSm2Point,
} from '../../../../src/local-kms/encryption/sm2.ts';
import { testKey } from '../../../support/wrapping-keys.ts';

interface Vector {
  readonly name: string;
  readonly curve: string;
  readonly d: string;
  readonly message: string;
  readonly ciphertext: string;
  readonly raw?: string;
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../../../vectors/sm2.json', import.meta.url), 'utf8'),
) as { vectors: readonly Vector[] };
const published = vectors.filter(({ curve }) => curve.startsWith('recommended'));

const PKCS8 = createPrivateKey(testKey('sm2.pem')).export({ type: 'pkcs8', format: 'der' });
const KEY = readSm2Key(PKCS8);
if (KEY === undefined) throw new Error('the test key is not read');
const SCALAR_AT = PKCS8.indexOf(Buffer.from(KEY.scalar, 'hex'));

function withScalar(scalar: string): Buffer {
  const changed = Buffer.from(PKCS8);
  changed.set(Buffer.from(scalar, 'hex'), SCALAR_AT);
  return changed;
}

describe('an SM2 private key of the embedded KMS', () => {
  it('is read with its own public half', () => {
    const spki = createPublicKey(testKey('sm2.pem')).export({ type: 'spki', format: 'der' });
    expect(readSm2Point(spki)).toBe(KEY.point);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
    expect(readSm2Key(privateKey.export({ type: 'pkcs8', format: 'der' }))).toBeDefined();
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a byte less', PKCS8.subarray(0, -1)],
    ['a byte more', Buffer.concat([PKCS8, Buffer.of(0)])],
    ['another number than its public half', withScalar('00'.repeat(31) + '02')],
    ['the number 0', withScalar('00'.repeat(32))],
    [
      'the number n - 1',
      withScalar('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122'),
    ],
    ['a number above n', withScalar('ff'.repeat(32))],
    [
      'a key of another curve',
      generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
        type: 'pkcs8',
        format: 'der',
      }),
    ],
  ])('is not %s', (_what, pkcs8) => {
    expect(readSm2Key(pkcs8)).toBeUndefined();
  });
});

describe('SM2 decryption of the embedded KMS', () => {
  it.each(published)('gives what is published: $name', ({ d, message, ciphertext, raw }) => {
    const key = { scalar: d, point: '' };
    const opened = decryptSm2(Buffer.from(raw ?? ciphertext, 'hex'), key);
    expect(opened).toEqual(Buffer.from(message, 'hex'));
  });

  it('opens what was encrypted, of every length that KMS takes', () => {
    for (const length of [1, 31, 32, 33, 6047]) {
      const plaintext = randomBytes(length);
      expect(decryptSm2(encryptSm2(plaintext, KEY.point) ?? Buffer.alloc(0), KEY)).toEqual(
        plaintext,
      );
    }
  });

  it('opens nothing else', () => {
    const good = encryptSm2(Buffer.from('secret'), KEY.point) ?? Buffer.alloc(0);
    const flipped = (at: number): Buffer => {
      const changed = Buffer.from(good);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      return changed;
    };
    const others = [
      ...[0, 1, 40, 70, good.length - 1].map(flipped),
      good.subarray(1),
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.concat([good.subarray(0, 65), good.subarray(97), good.subarray(65, 97)]),
      Buffer.from(published[0]?.ciphertext ?? '', 'hex'),
      Buffer.concat([Buffer.of(4), Buffer.alloc(96 + 6)]),
      encryptSm2(randomBytes(6048), KEY.point) ?? Buffer.alloc(0),
      good.subarray(0, 97),
      Buffer.alloc(0),
    ];
    for (const other of others) expect(decryptSm2(other, KEY)).toBeUndefined();
    expect(decryptSm2(good, { ...KEY, scalar: '02'.padStart(64, '0') })).toBeUndefined();
    expect(decryptSm2(good, KEY)?.toString()).toBe('secret');
  });
});
