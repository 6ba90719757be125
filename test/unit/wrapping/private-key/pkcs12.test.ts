import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openPkcs12 } from '../../../../src/wrapping/private-key/pkcs12.ts';
import { PASSPHRASE } from '../../../keys/forms.ts';
import { refusal, sequence, testKey, tlv } from '../support.ts';

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

describe('openPkcs12', () => {
  it('reads DER, and BER with indefinite lengths and chunks', () => {
    expect(openPkcs12(pfx([keyBag]), undefined, 'key.p12').equals(reference)).toBe(true);
    expect(openPkcs12(berPfx([keyBag]), undefined, 'key.p12').equals(reference)).toBe(true);
  });

  it.each([
    ['two keys', pfx([keyBag, keyBag]), 'privkey-several'],
    ['no key', pfx([]), 'privkey-malformed'],
    ['a signature in place of a MAC', pfx([keyBag], SIGNED_DATA), 'privkey-unsupported'],
  ])('refuses a file with %s', async (_, file, code) => {
    expect((await refusal(() => openPkcs12(file, undefined, 'key.p12'))).code).toBe(code);
  });

  it('refuses a file that holds a certificate only', async () => {
    const file = testKey('certificate-only.p12');
    const error = await refusal(() => openPkcs12(file, Buffer.from(PASSPHRASE), 'key.p12'));
    expect(error.code).toBe('privkey-malformed');
  });

  it('refuses a changed byte in what the MAC covers', () => {
    const file = testKey('rsa-2048-clear-with-mac.p12');
    const place = file.indexOf(pkcs8.subarray(100, 120));
    expect(place).toBeGreaterThan(0);
    file[place] = (file[place] ?? 0) ^ 1;
    expect(() => openPkcs12(file, Buffer.from(PASSPHRASE), 'key.p12')).toThrow('MAC');
  });

  it('refuses a MAC of an unknown kind by its name', async () => {
    const file = testKey('rsa-2048-modern.p12');
    const sha256 = Buffer.from('0609608648016503040201', 'hex');
    file[file.lastIndexOf(sha256) + 10] = 0x7f;
    const error = await refusal(() => openPkcs12(file, Buffer.from(PASSPHRASE), 'key.p12'));
    expect(error.code).toBe('privkey-unsupported');
  });
});
