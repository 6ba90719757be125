import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import { isTokenKeyUri, parseTokenKeyUri, tokenKeyUri } from '../../../src/hsm/token-uri.ts';

describe('PKCS#11 URIs (RFC 7512)', () => {
  it('reads what it writes, whatever label, serial number and id are', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(text, text, text, fc.uint8Array({ minLength: 1, maxLength: 20 }), (...values) => {
        const [label, serial, object, id] = values;
        const uri = tokenKeyUri({ label, serial }, { label: object, id });
        expect(isTokenKeyUri(uri)).toBe(true);
        expect(parseTokenKeyUri(uri)).toEqual({
          text: uri,
          token: { label, serial },
          object: { label: object, id },
          pinFile: undefined,
        });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['pkcs11:token=a%20b;object=k', { token: { label: 'a b' }, object: { label: 'k' } }],
    ['pkcs11:object=k;type=private', { token: {}, object: { label: 'k' } }],
    ['pkcs11:id=%00%ff', { token: {}, object: { id: Uint8Array.of(0, 255) } }],
    [
      'pkcs11:slot-id=628847398;manufacturer=M;model=X;serial=1;object=k',
      { token: { slot: 628847398n, manufacturer: 'M', model: 'X', serial: '1' } },
    ],
    ['pkcs11:object=k?pin-source=file:/etc/pin', { pinFile: '/etc/pin' }],
    ['pkcs11:object=k?pin-source=file:///etc/pin', { pinFile: '/etc/pin' }],
    ['pkcs11:object=k?pin-source=pin.txt', { pinFile: 'pin.txt' }],
    ['pkcs11:object=%C3%A4', { object: { label: 'ä' } }],
  ])('reads %s', (uri, expected) => {
    expect(parseTokenKeyUri(uri)).toMatchObject(expected);
  });

  it.each([
    ['pkcs11:', 'names a token and no key'],
    ['pkcs11:token=a', 'names a token and no key'],
    ['pkcs11:object', 'not NAME=VALUE'],
    ['pkcs11:object=k;object=l', 'twice'],
    ['pkcs11:object=k;x-vendor=1', 'not known'],
    ['pkcs11:object=k;type=public', 'type='],
    ['pkcs11:object=%', 'percent-encoded'],
    ['pkcs11:object=%zz', 'percent-encoded'],
    ['pkcs11:object=a b', 'percent-encoded'],
    ['pkcs11:object=%ff', 'UTF-8'],
    ['pkcs11:object=k;slot-id=x', 'slot-id='],
    ['pkcs11:object=k?pin-value=1234', 'everyone on the machine'],
    ['pkcs11:object=k?module-path=/tmp/evil.so', 'must not choose the code'],
    ['pkcs11:object=k?constructor=1', 'constructor is not taken: it is not known here'],
    ['pkcs11:object=k?module-name=evil', 'must not choose the code'],
    ['pkcs11:object=k?pin-source=|cat', 'is a command'],
    ['pkcs11:object=k?pin-source=', 'is empty'],
    ['pkcs11:object=k?a=b?c=d', 'pkcs11:'],
  ])('refuses %s', (uri, reason) => {
    expect(() => parseTokenKeyUri(uri)).toThrow(reason);
    expect(() => parseTokenKeyUri(uri)).toThrow(KmsxError);
  });

  it.each(['98765', '1&98765', '1&98765=2', '1;98765', '1?98765', '1?98765=%'])(
    'never shows a part of a PIN that it refuses: %s',
    (pin) => {
      for (const before of ['?', ';', '?pin-source=f&']) {
        const parse = () => parseTokenKeyUri(`pkcs11:object=k${before}pin-value=${pin}`);
        expect(parse).toThrow('pin-value is not taken: a PIN in it can be read');
        expect(parse).not.toThrow('98765');
      }
      expect(() => parseTokenKeyUri(`pkcs11:object=k?pin:${pin}`)).not.toThrow('98765');
    },
  );

  it('reads nothing else, and never fails in another way', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseTokenKeyUri(`pkcs11:${text}`);
        } catch (error) {
          expect(error).toBeInstanceOf(KmsxError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
