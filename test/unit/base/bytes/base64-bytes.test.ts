import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../../src/base/bytes/bytes.ts';
import { decodeBase64Bytes, encodeBase64Lines } from '../../../../src/base/bytes/base64-bytes.ts';

describe('decodeBase64Bytes', () => {
  it('decodes what Node encodes, wherever blanks stand in it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.nat(80),
        fc.constantFrom('\n', '\r\n', ' \t'),
        (bytes, width, blank) => {
          const text = Buffer.from(bytes).toString('base64');
          const lines = text.replaceAll(new RegExp(`.{${width + 1}}`, 'g'), `$&${blank}`);
          expect(decodeBase64Bytes(Buffer.from(lines))?.equals(Buffer.from(bytes))).toBe(true);
        },
      ),
    );
  });

  it('agrees with the strict decoder on any text without blanks', () => {
    const character = fc.constantFrom('A', 'Q', 'g', 'w', '/', '+', '9', '=', '_', '-');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        expect(decodeBase64Bytes(Buffer.from(text))).toEqual(decodeBase64(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('encodeBase64Lines', () => {
  it('writes lines of 64 characters, each with its end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        const lines = text.match(/.{1,64}/g) ?? [];
        expect(encodeBase64Lines(bytes).toString()).toBe(lines.map((line) => `${line}\n`).join(''));
      }),
    );
  });
});
