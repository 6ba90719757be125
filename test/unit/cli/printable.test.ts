import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, printable } from '../../../src/cli/printable.ts';

describe('text for a terminal', () => {
  it.each([
    ['an escape', '\u001b[2J', '\\u001b[2J'],
    ['a one-byte escape', '\u009b2J', '\\u009b2J'],
    ['DEL and BEL', '\u007f\u0007', '\\u007f\\u0007'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['a tab', 'a\tb', 'a\\u0009b'],
    ['line separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['marks that turn text around', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
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
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
        expect(oneLine(oneLine(text))).toBe(oneLine(text));
        expect(printable(text).split('\n').map(oneLine).join('\n')).toBe(printable(text));
      }),
    );
  });
});
