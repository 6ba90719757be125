import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  percentDecode,
  percentEncode,
} from '../../../../src/local-kms/request/percent-encoding.ts';

test('encodes everything but the unreserved characters of RFC 3986', () => {
  expect(percentEncode("alias/my key*~!'()")).toBe('alias%2Fmy%20key%2A~%21%27%28%29');
  expect(percentEncode('AZaz09-._~')).toBe('AZaz09-._~');
  expect(percentEncode('é€😀')).toBe('%C3%A9%E2%82%AC%F0%9F%98%80');
  expect(percentEncode('')).toBe('');
});

test('decodes what it encoded, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(percentDecode(percentEncode(text))).toBe(text);
    }),
  );
});

test('encodes what the platform encodes, and the five characters that it leaves out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const platform = encodeURIComponent(text).replace(
        /[!'()*]/g,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
      );
      expect(percentEncode(text)).toBe(platform);
    }),
  );
});

test('reads + as a space and escapes in either letter case', () => {
  expect(percentDecode('a+b%20c%2b%2B')).toBe('a b c++');
});

test.each([
  ['an escape cut short', '%4'],
  ['an escape that is none', '%zz'],
  ['a percent sign alone', '100%'],
  ['bytes that are no UTF-8', '%FF'],
  ['an overlong encoding', '%C0%AF'],
  ['a surrogate in UTF-8', '%ED%A0%80'],
  ['a raw space', 'a b'],
  ['a raw control character', 'a\u0001'],
  ['a raw character beyond ASCII', 'é'],
  ['a fragment', 'a#b'],
])('does not decode %s', (_what, text) => {
  expect(percentDecode(text)).toBeUndefined();
});
