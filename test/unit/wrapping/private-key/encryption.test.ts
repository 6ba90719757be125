import type { CipherGCMTypes } from 'node:crypto';
import { createCipheriv, pbkdf2Sync, scryptSync } from 'node:crypto';
import forge from 'node-forge';
import { describe, expect, it } from 'vitest';
import { hasCode, kmsxError } from '../../../../src/base/error.ts';
import { hintsFor } from '../../../../src/terminal/hints/hints.ts';
import {
  describePrivateKey,
  readPrivateKey,
} from '../../../../src/wrapping/private-key/private-key.ts';
import { PASSPHRASE, unlockedPkcs12Files, unreadableKeyFiles } from '../../../keys/forms.ts';
import { asking, neverAsked, refusal, sequence, testKey, tlv } from '../support.ts';
import {
  AES_256_CBC,
  AES_256_CCM,
  AES_256_GCM,
  algorithm,
  CBC,
  CHACHA20,
  count,
  HMAC_SHA224,
  IV,
  longKey,
  octets,
  PBKDF2,
  pbes2,
  pbkdf2,
  SALT,
  scrypt,
} from './encrypted-key.ts';

const PKCS8 = testKey('rsa-2048-pkcs8.der');

function byCbc(key: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, IV);
  return Buffer.concat([cipher.update(PKCS8), cipher.final()]);
}

function byGcm(key: Buffer, authTagLength: number, name: CipherGCMTypes = 'aes-256-gcm'): Buffer {
  const cipher = createCipheriv(name, key, IV.subarray(0, 12), { authTagLength });
  return Buffer.concat([cipher.update(PKCS8), cipher.final(), cipher.getAuthTag()]);
}

const gcm = (...tagLength: number[]) =>
  algorithm(AES_256_GCM, sequence([octets(IV.subarray(0, 12)), ...tagLength.map(count)]));
const MAX_SCRYPT = { N: 2 ** 20, r: 8, p: 1 }; // 1 GiB
const derived = (iterations: number) => pbkdf2Sync(PASSPHRASE, SALT, iterations, 32, 'sha256');

describe('a key that is encrypted by PBES2', () => {
  it.each<[string, () => Buffer]>([
    [
      'scrypt with 64 MiB',
      () => {
        const cost = { N: 65_536, r: 8, p: 1 };
        const key = scryptSync(PASSPHRASE, SALT, 32, { ...cost, maxmem: 2 ** 27 });
        return pbes2(scrypt(cost.N, cost.r, cost.p), CBC, byCbc(key));
      },
    ],
    ['PBKDF2 with 600,000 iterations', () => pbes2(pbkdf2(600_000), CBC, byCbc(derived(600_000)))],
    [
      'HMAC with SHA-224',
      () => {
        const key = pbkdf2Sync(PASSPHRASE, SALT, 1000, 32, 'sha224');
        return pbes2(pbkdf2(1000, HMAC_SHA224), CBC, byCbc(key));
      },
    ],
    ['AES-GCM and a tag of 16 bytes', () => pbes2(pbkdf2(10), gcm(16), byGcm(derived(10), 16))],
    [
      'AES-GCM and a tag of 12 bytes, the default',
      () => pbes2(pbkdf2(10), gcm(), byGcm(derived(10), 12)),
    ],
  ])('opens: %s', async (_, make) => {
    const file = make();
    const key = await readPrivateKey(file, 'key.der', asking().ask);
    expect(key).toMatchObject({ form: 'encrypted-pkcs8-der', modulusBits: 2048 });
    const error = await refusal(() => readPrivateKey(file, 'key.der', asking('another').ask));
    expect(error.code).toBe('passphrase-wrong');
  });

  it.each<[string, Buffer, string]>([
    ['10,000,001 iterations', pbes2(pbkdf2(10_000_001)), 'asks for 10000001 iterations of PBKDF2'],
    ['2^31-1 iterations', pbes2(pbkdf2(2 ** 31 - 1)), 'asks for 2147483647 iterations of PBKDF2'],
    ['2^56 iterations', pbes2(pbkdf2(2 ** 56)), 'iterations of PBKDF2'],
    ['scrypt with 2 GiB', pbes2(scrypt(2 ** 21, 8, 1)), 'scrypt with N=2097152, r=8, p=1'],
    ['scrypt with p=17', pbes2(scrypt(2 ** 14, 8, 17)), 'scrypt with N=16384, r=8, p=17'],
    ['scrypt with r=2^40', pbes2(scrypt(2, 2 ** 40, 1)), 'scrypt with N=2, r=1099511627776'],
    ['AES-CCM', pbes2(pbkdf2(10), algorithm(AES_256_CCM)), 'with AES-256-CCM'],
    ['ChaCha20', pbes2(pbkdf2(10), algorithm(CHACHA20)), 'with ChaCha20-Poly1305'],
    ['an unknown cipher', pbes2(pbkdf2(10), algorithm('2a0304')), 'cipher of the kind 1.2.3.4'],
    ['an unknown derivation', pbes2(algorithm('2a0305', sequence([]))), 'kind 1.2.3.5'],
    ['an unknown HMAC', pbes2(pbkdf2(10, '2a0306')), 'HMAC of the kind 1.2.3.6'],
    [
      'an unknown scheme',
      sequence([algorithm('2a0307'), octets(IV)]),
      'scheme of the kind 1.2.3.7',
    ],
  ])('is refused by name before its passphrase is asked for: %s', async (_, file, words) => {
    const error = await refusal(() => readPrivateKey(file, 'key.der', neverAsked));
    expect(error.code).toBe('privkey-unsupported');
    expect(error.message).toContain(words);
    expect(await describePrivateKey(file, 'key.der')).toMatchObject({ encrypted: true });
  });

  it.each<[string, Buffer]>([
    ['a key length of 2^40', pbes2(longKey(2 ** 40))],
    ['a key length that the cipher does not have', pbes2(longKey(16))],
    ['no salt', pbes2(algorithm(PBKDF2, sequence([])))],
    [
      'a negative count',
      pbes2(algorithm(PBKDF2, sequence([octets(SALT), tlv(0x02, Buffer.of(0x80))]))),
    ],
    ['no IV', pbes2(pbkdf2(10), algorithm(AES_256_CBC))],
  ])('is damaged: %s', async (_, file) => {
    const error = await refusal(() => readPrivateKey(file, 'key.der', neverAsked));
    expect(error.code).toBe('privkey-malformed');
  });

  it('may cost as much as the bounds allow', () => {
    expect(128 * MAX_SCRYPT.N * MAX_SCRYPT.r).toBe(2 ** 30);
    const costs = [pbkdf2(10_000_000), scrypt(MAX_SCRYPT.N, MAX_SCRYPT.r, 16)];
    return Promise.all(
      costs.map(async (cost) => {
        const stop = () => Promise.reject(kmsxError('passphrase-missing', 'asked'));
        const error = await refusal(() => readPrivateKey(pbes2(cost), 'key.der', stop));
        expect(error.message).toBe('asked');
      }),
    );
  });
});

describe('a cipher that only the legacy provider of OpenSSL has', () => {
  it.each(unreadableKeyFiles('rsa-2048'))('is named: $algorithm in $file', async (row) => {
    const error = await refusal(() => readPrivateKey(testKey(row.file), row.file, neverAsked));
    expect(error.code).toBe('privkey-unsupported');
    expect(error.message).toBe(
      `${row.file} is encrypted with ${row.algorithm}, which kmsx does not read`,
    );
    const [hint] = hintsFor(error);
    expect(hint).toContain('-provider legacy -provider default');
    expect(hint).toContain(row.file.endsWith('.p12') ? 'openssl pkcs12 ' : 'openssl pkey ');
  });
});

describe('a PKCS#12 file with an empty passphrase', () => {
  const withoutZeros = () => {
    const key = forge.pki.privateKeyFromPem(testKey('rsa-2048-pkcs1.pem').toString());
    const certificate = forge.pki.certificateFromPem(testKey('rsa-2048-cert.pem').toString());
    const pfx = forge.pkcs12.toPkcs12Asn1(key, certificate, null, { algorithm: '3des' });
    return Buffer.from(forge.asn1.toDer(pfx).getBytes(), 'latin1');
  };
  const files: [string, Buffer][] = [
    ...unlockedPkcs12Files('rsa-2048').map(({ file }): [string, Buffer] => [file, testKey(file)]),
    ['one that derives keys from no bytes', withoutZeros()],
  ];

  it.each(files)('opens without a passphrase, or with an empty one: %s', async (_, file) => {
    const none = () => Promise.reject(kmsxError('passphrase-missing', 'no terminal'));
    for (const ask of [none, asking('').ask]) {
      const key = await readPrivateKey(file, 'key.p12', ask);
      expect(key).toMatchObject({ form: 'pkcs12', modulusBits: 2048 });
    }
  });

  it.each(files)('does not open with another: %s', async (_, file) => {
    const error = await refusal(() => readPrivateKey(file, 'key.p12', asking('x').ask));
    expect(error.code).toBe('passphrase-wrong');
  });

  it('is the only file whose passphrase may be left out', async () => {
    for (const file of ['rsa-2048-modern.p12', 'rsa-2048-nomac.p12', 'rsa-2048-scrypt.pem']) {
      const none = () => Promise.reject(kmsxError('passphrase-missing', 'no terminal'));
      const missing = await refusal(() => readPrivateKey(testKey(file), file, none));
      expect(hasCode(missing, 'passphrase-missing')).toBe(true);
      const empty = await refusal(() => readPrivateKey(testKey(file), file, asking('').ask));
      expect(hasCode(empty, 'passphrase-malformed')).toBe(true);
    }
  });
});
