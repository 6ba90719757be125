import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyFacts } from '../../../../src/wrapping/key-facts.ts';
import { readPrivateKey } from '../../../../src/wrapping/private-key/private-key.ts';
import { readPublicKey } from '../../../../src/wrapping/public-key/public-key.ts';
import { requireWrappingKey } from '../../../../src/wrapping/public-key/wrapping-public-key.ts';
import { SM2_POINT } from '../../../../src/wrapping/sm2/curve.ts';
import { uncompressedSpki } from '../../../../src/wrapping/sm2/point.ts';
import { neverAsked, refusal, sequence, testKey, tlv } from '../support.ts';

const SM2 = Buffer.from('301306072a8648ce3d020106082a811ccf5501822d', 'hex');
const P256 = Buffer.from('301306072a8648ce3d020106082a8648ce3d030107', 'hex');

function spkiOf(algorithm: Buffer, point: Buffer): Buffer {
  return sequence([algorithm, tlv(0x03, Buffer.concat([Buffer.alloc(1), point]))]);
}

/** The point of a multiple of the base point in each form that X9.62 has. */
function formsOf(k: bigint): Record<'uncompressed' | 'compressed' | 'hybrid', Buffer> {
  const point = SM2_POINT.BASE.multiply(k);
  const uncompressed = Buffer.from(point.toBytes(false));
  const compressed = Buffer.from(point.toBytes(true));
  const hybrid = Buffer.from(uncompressed);
  hybrid[0] = (compressed[0] ?? 0) + 4;
  return { uncompressed, compressed, hybrid };
}

describe('an SM2 point', () => {
  it('is the same in every form, whether y is even or odd', () => {
    const begins = new Set<number | undefined>();
    for (let k = 1n; k <= 32n; k += 1n) {
      const { uncompressed, compressed, hybrid } = formsOf(k);
      begins.add(compressed[0]);
      const expected = spkiOf(SM2, uncompressed);
      for (const form of [uncompressed, compressed, hybrid]) {
        expect(uncompressedSpki(form)).toEqual(expected);
      }
    }
    expect(begins).toEqual(new Set([2, 3]));
  });

  const { uncompressed, compressed, hybrid } = formsOf(5n);
  const changed = (bytes: Buffer, at: number, by: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ by;
    return copy;
  };

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['the point at infinity', Buffer.of(0)],
    ['off the curve', changed(uncompressed, 64, 1)],
    ['of an x without a y', Buffer.concat([Buffer.of(2), Buffer.alloc(31), Buffer.of(4)])],
    ['of an x above p', Buffer.concat([Buffer.of(2), Buffer.alloc(32, 0xff)])],
    ['hybrid with the other parity', changed(hybrid, 0, 1)],
    ['compressed and long', Buffer.concat([compressed, Buffer.of(0)])],
    ['compressed and short', compressed.subarray(0, -1)],
    ['uncompressed and short', uncompressed.subarray(0, -1)],
    ['of an unknown form', changed(uncompressed, 0, 1)],
  ])('is none: %s', (_what, point) => {
    expect(uncompressedSpki(point)).toBeUndefined();
  });
});

describe('a key file with a compressed or hybrid SM2 point', () => {
  const { uncompressed, ...others } = formsOf(5n);
  const expected = keyFacts(
    createPublicKey({ key: spkiOf(SM2, uncompressed), format: 'der', type: 'spki' }),
  );

  it.each(Object.entries(others))('is a wrapping key, sent uncompressed: %s', (_form, point) => {
    const facts = readPublicKey(spkiOf(SM2, point), 'pub.der');
    const key = requireWrappingKey(facts, 'pub.der');
    expect(key).toMatchObject({ keySpec: 'EC_SM2', fingerprint: expected.fingerprint });
    expect(key.spki).toEqual(spkiOf(SM2, uncompressed));
    expect(key.publicKeyBlob).toBe(key.spki.toString('base64'));
  });

  it.each(Object.entries(others))('belongs to its private key: %s', async (_form, point) => {
    const scalar = Buffer.concat([Buffer.alloc(31), Buffer.of(5)]);
    const half = tlv(0xa1, tlv(0x03, Buffer.concat([Buffer.alloc(1), point])));
    const sec1 = sequence([tlv(2, Buffer.of(1)), tlv(4, scalar), half]);
    const pkcs8 = sequence([tlv(2, Buffer.of(0)), SM2, tlv(4, sec1)]);
    const key = await readPrivateKey(pkcs8, 'key.der', neverAsked);
    expect(key.fingerprint).toBe(expected.fingerprint);
  });

  it.each<[string, Buffer, string]>([
    [
      'a compressed point of another curve',
      spkiOf(P256, compressedP256()),
      'pub.der holds a key of the kind ec (P-256); KMS wraps under RSA keys of 2048 bits and SM2 keys',
    ],
    [
      'a compressed point of SM2 under the name of another curve',
      spkiOf(P256, formsOf(2n).compressed),
      'pub.der holds a public key that is damaged or of an unknown kind',
    ],
    [
      'an x without a y',
      spkiOf(SM2, Buffer.concat([Buffer.of(2), Buffer.alloc(31), Buffer.of(4)])),
      'pub.der holds a public key that is damaged or of an unknown kind',
    ],
    [
      'a hybrid point with the other parity',
      spkiOf(SM2, Buffer.from(others.hybrid).fill((others.hybrid[0] ?? 0) ^ 1, 0, 1)),
      'pub.der holds a public key that is damaged or of an unknown kind',
    ],
  ])('is refused for what it is: %s', async (_what, der, message) => {
    const error = await refusal(() => requireWrappingKey(readPublicKey(der, 'pub.der'), 'pub.der'));
    expect(error.message).toBe(message);
  });

  it('leaves the fingerprints of uncompressed keys as they were', () => {
    const key = createPublicKey(testKey('sm2.pem'));
    expect(keyFacts(key).spki).toEqual(key.export({ type: 'spki', format: 'der' }));
  });
});

function compressedP256(): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
  const parity = (point.at(-1) ?? 0) & 1;
  return Buffer.concat([Buffer.of(2 + parity), point.subarray(1, 33)]);
}
