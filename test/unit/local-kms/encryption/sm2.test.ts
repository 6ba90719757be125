import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decryptSm2,
  encryptSm2,
  readSm2Key,
  readSm2Point,
  sm2InDer,
} from '../../../../src/local-kms/encryption/sm2.ts';
import { SM2_VECTORS } from '../../../support/wrapping/sm2-vectors.ts';
import { testKey } from '../../../support/wrapping/wrapping-keys.ts';

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
  it.each(SM2_VECTORS)('gives what is published: $name', ({ d, message, raw }) => {
    const opened = decryptSm2(Buffer.from(raw, 'hex'), { scalar: d, point: '' });
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
      Buffer.from(SM2_VECTORS[0]?.ciphertext ?? '', 'hex'),
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

describe('the DER form of the embedded KMS', () => {
  it.each(SM2_VECTORS.filter(({ format }) => format === 'der'))(
    'is the one that is published: $name',
    ({ ciphertext, raw }) => {
      expect(sm2InDer(Buffer.from(raw, 'hex')).toString('hex')).toBe(ciphertext);
    },
  );

  it.each([
    ['a high bit', 'ff'.repeat(32), `022100${'ff'.repeat(32)}`],
    ['none', '7f'.repeat(32), `0220${'7f'.repeat(32)}`],
    ['zeros in front', '0001'.padEnd(64, '2'), `021f${'01'.padEnd(62, '2')}`],
    ['zeros in front of a high bit', '0080'.padEnd(64, '2'), `022000${'80'.padEnd(62, '2')}`],
    ['zeros alone', '00'.repeat(32), '020100'],
  ])('writes a coordinate as a number, with %s', (_, coordinate, integer) => {
    const raw = Buffer.from(`04${coordinate}${coordinate}${'33'.repeat(32)}aa`, 'hex');
    const content = `${integer}${integer}0420${'33'.repeat(32)}0401aa`;
    const length = (content.length / 2).toString(16).padStart(2, '0');
    expect(sm2InDer(raw).toString('hex')).toBe(`30${length}${content}`);
  });
});
