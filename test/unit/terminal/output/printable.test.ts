import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, printable } from '../../../../src/terminal/output/printable.ts';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Any text, with more of what is not seen than chance would bring. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u200e', '\u061c', '\u200b', '\ufeff', '\u00ad', '\u{e0001}', '\udc00'),
    ),
  )
  .map((parts) => parts.join(''));

describe('text for a terminal', () => {
  it.each([
    ['an escape', '\u001b[2J', '\\u001b[2J'],
    ['a one-byte escape', '\u009b2J', '\\u009b2J'],
    ['DEL and BEL', '\u007f\u0007', '\\u007f\\u0007'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['a tab', 'a\tb', 'a\\u0009b'],
    ['line separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['marks that turn text around', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['marks of direction', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
    ['what is not seen', 'a\u200bb\u00adc\ufeff', 'a\\u200bb\\u00adc\\ufeff'],
    ['a tag beyond U+FFFF', '\u{e0041}', '\\udb40\\udc41'],
    ['half of a surrogate pair', 'a\ud800b', 'a\\ud800b'],
    ['NUL', '\u0000', '\\u0000'],
  ])('shows as an escape what would move the cursor: %s', (_, raw, shown) => {
    expect(oneLine(raw)).toBe(shown);
    expect(printable(raw)).toBe(shown);
  });

  it('keeps line feeds where there may be several lines', () => {
    expect(oneLine('a\nb')).toBe('a\\u000ab');
    expect(printable('a\nb')).toBe('a\nb');
  });

  it.each(['plain', 'ä 密钥 🔑 e\u0301', 'a b/c…“”', '\\u001b'])('leaves %j as it is', (text) => {
    expect(oneLine(text)).toBe(text);
  });

  it('has no control character left, whatever it was, and is stable', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(oneLine(text)).not.toMatch(INVISIBLE);
        expect(oneLine(oneLine(text))).toBe(oneLine(text));
        expect(JSON.parse(printable(JSON.stringify(text)))).toBe(text);
        expect(printable(text).split('\n').map(oneLine).join('\n')).toBe(printable(text));
      }),
    );
  });
});
