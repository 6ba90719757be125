import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodePem } from '../../../../src/wrapping/pem.ts';
import { readPkcs12 } from '../../../../src/wrapping/private-key/pkcs12.ts';
import { readPrivateKey } from '../../../../src/wrapping/private-key/private-key.ts';
import { asking, neverAsked, refusal, sequence, testKey, tlv } from '../support.ts';

const DATA = tlv(0x06, Buffer.from('2a864886f70d010701', 'hex'));
const SIGNED_DATA = tlv(0x06, Buffer.from('2a864886f70d010702', 'hex'));
const KEY_BAG = tlv(0x06, Buffer.from('2a864886f70d010c0a0101', 'hex'));
const pkcs8 = testKey('rsa-2048-pkcs8.der');
const keyBag = sequence([KEY_BAG, tlv(0xa0, pkcs8)]);
const reference = createPrivateKey(testKey('rsa-2048.pem'));

/** An unencrypted PKCS#12 file without a MAC. */
function pfx(bags: readonly Buffer[], type = DATA): Buffer {
  const safe = sequence([DATA, tlv(0xa0, tlv(0x04, sequence(bags)))]);
  const authSafe = sequence([type, tlv(0xa0, tlv(0x04, sequence([safe])))]);
  return sequence([tlv(0x02, Buffer.from([3])), authSafe]);
}

/** A constructed value of indefinite length, as BER allows (X.690 §8.1.3.6). */
function indefinite(tag: number, content: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([tag, 0x80]), ...content, Buffer.alloc(2)]);
}

/** The same in BER: indefinite lengths, and OCTET STRINGs in chunks of 1000 bytes. */
function berPfx(bags: readonly Buffer[]): Buffer {
  const chunks = (bytes: Buffer) =>
    Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, index) =>
      tlv(0x04, bytes.subarray(index * 1000, index * 1000 + 1000)),
    );
  const octets = (bytes: Buffer) => indefinite(0xa0, [indefinite(0x24, chunks(bytes))]);
  const safe = indefinite(0x30, [DATA, octets(indefinite(0x30, bags))]);
  const authSafe = indefinite(0x30, [DATA, octets(indefinite(0x30, [safe]))]);
  return indefinite(0x30, [tlv(0x02, Buffer.from([3])), authSafe]);
}

describe('readPkcs12', () => {
  it('reads DER, and BER with indefinite lengths and chunks', async () => {
    for (const file of [pfx([keyBag]), berPfx([keyBag])]) {
      const key = await readPkcs12(file, 'key.p12').open(undefined);
      expect(key.equals(reference)).toBe(true);
    }
  });

  it.each(['PKCS12', 'PKCS #12', 'PFX'])('is read as PEM with the label %s', async (name) => {
    const pem = encodePem(name, testKey('rsa-2048-modern.p12'));
    const key = await readPrivateKey(pem, 'key.pem', asking().ask);
    expect(key).toMatchObject({ form: 'pkcs12', modulusBits: 2048 });
  });

  it.each([
    ['two keys', pfx([keyBag, keyBag]), 'privkey-several'],
    ['no key', pfx([]), 'privkey-malformed'],
    ['a certificate only', testKey('certificate-only.p12'), 'privkey-malformed'],
    ['a signature in place of a MAC', pfx([keyBag], SIGNED_DATA), 'privkey-unsupported'],
  ])('refuses a file with %s', async (_, file, code) => {
    expect((await refusal(() => readPkcs12(file, 'key.p12'))).code).toBe(code);
  });

  it('refuses a changed byte in what the MAC covers', async () => {
    const file = testKey('rsa-2048-clear-with-mac.p12');
    const place = file.indexOf(pkcs8.subarray(100, 120));
    expect(place).toBeGreaterThan(0);
    file[place] = (file[place] ?? 0) ^ 1;
    const error = await refusal(() => readPrivateKey(file, 'key.p12', asking().ask));
    expect(error.code).toBe('passphrase-wrong');
  });

  it('refuses a MAC of an unknown kind by its name', async () => {
    const file = testKey('rsa-2048-modern.p12');
    const sha256 = Buffer.from('0609608648016503040201', 'hex');
    file[file.lastIndexOf(sha256) + 10] = 0x7f;
    const error = await refusal(() => readPrivateKey(file, 'key.p12', neverAsked));
    expect(error.code).toBe('privkey-unsupported');
    expect(error.message).toContain('2.16.840.1.101.3.4.2.127');
  });
});

/** RFC 9579 Appendix A: PBMAC1. */
describe('the test vectors of RFC 9579', () => {
  it.each([
    ['a1', 'SHA-256 for HMAC and PRF'],
    ['a2', 'SHA-256 for HMAC, SHA-512 for PRF'],
    ['a3', 'SHA-512 for HMAC and PRF'],
  ])('%s opens: %s', async (name) => {
    const file = testKey(`rfc9579/${name}.p12`);
    const key = await readPrivateKey(file, name, asking('1234').ask);
    expect(key).toMatchObject({ form: 'pkcs12', encrypted: true, keyType: 'rsa' });
    const error = await refusal(() => readPrivateKey(file, name, asking('12345').ask));
    expect(error.code).toBe('passphrase-wrong');
  });

  it.each([
    ['a4', 'a wrong iteration count', 'passphrase-wrong'],
    ['a5', 'a wrong salt', 'passphrase-wrong'],
    ['a6', 'no key length', 'privkey-malformed'],
  ])('%s is refused: %s', async (name, _, code) => {
    const file = testKey(`rfc9579/${name}.p12`);
    const error = await refusal(() => readPrivateKey(file, name, asking('1234').ask));
    expect(error.code).toBe(code);
  });

  it.each([19, 65, 127])('a key of %i bytes is refused', async (length) => {
    const file = testKey('rfc9579/a1.p12');
    const salt = Buffer.from('6f473c38b02e3173', 'hex');
    const keyLength = file.indexOf(salt) + salt.length + 4 + 2;
    expect(file[keyLength]).toBe(32);
    file[keyLength] = length;
    const error = await refusal(() => readPrivateKey(file, 'key.p12', neverAsked));
    expect(error.code).toBe('privkey-malformed');
  });
});
