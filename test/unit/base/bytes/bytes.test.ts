import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, equalBytes } from '../../../../src/base/bytes/bytes.ts';
import { decodeText } from '../../../../src/base/text/text.ts';
import { encodeBase64Bytes, encodeHexBytes } from '../../../../src/base/bytes/secret-encoding.ts';

describe('decodeBase64', () => {
  it('reads what Buffer writes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each(['a', 'ab', 'abc', 'YWI', 'YW I=', 'YWI=\n', '-_-_', 'YWJ=', 'YQ==YQ=='])(
    'refuses %j',
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
});

describe('encoding secrets from bytes to bytes', () => {
  it('gives what Buffer gives as a string', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(encodeBase64Bytes(bytes).toString()).toBe(Buffer.from(bytes).toString('base64'));
        expect(encodeHexBytes(bytes).toString()).toBe(Buffer.from(bytes).toString('hex'));
      }),
    );
  });
});

describe('equalBytes', () => {
  it('is true for equal bytes only', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(equalBytes(a, Uint8Array.from(a))).toBe(true);
      }),
    );
  });
});

describe('decodeText', () => {
  it('drops a byte order mark', () => {
    expect(decodeText(Buffer.from('\ufeff{}'), 'x')).toBe('{}');
  });

  it('refuses what is no UTF-8', () => {
    expect(() => decodeText(Buffer.from([0xff, 0xfe]), 'x')).toThrow(
      expect.objectContaining({ code: 'document-malformed' }),
    );
  });
});
