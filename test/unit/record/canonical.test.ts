import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/record/chain/canonical.ts';
import { hashOf, readChain } from '../../../src/record/chain/chain.ts';

/** Text that a record holds. */
const text = fc.string({ unit: 'binary' }).map((each) => each.normalize('NFC'));

/** What a record holds, of any shape. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(text, tie('value'), { maxKeys: 5 }),
}));

describe('the canonical form', () => {
  test('is JSON that says the same, and the form of that again', () => {
    fc.assert(
      fc.property(value, (each) => {
        const form = canonicalJson(each, 'it');
        expect(canonicalJson(JSON.parse(form), 'it')).toBe(form);
        expect(JSON.parse(form)).toEqual(JSON.parse(JSON.stringify(each)));
      }),
    );
  });

  test('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(text, value), (object) => {
        const turned = Object.fromEntries(Object.entries(object).toReversed());
        expect(canonicalJson(turned, 'it')).toBe(canonicalJson(object, 'it'));
      }),
    );
  });

  test('escapes what RFC 8785 §3.2.2.2 names, and nothing else', () => {
    const literal = '\u20ac$\u000f\nA\'B"\\\\"/\u007f\u2028';
    expect(canonicalJson(literal, 'it')).toBe(
      String.raw`"€$\u000f\nA'B\"\\\\\"/` + '\u007f\u2028"',
    );
  });

  test('sorts names as the example of RFC 8785 §3.2.3', () => {
    expect(
      canonicalJson({ '\u20ac': 1, '\r': 2, '\u{1f600}': 3, '\uffee': 4, '\u0080': 5 }, 'it'),
    ).toBe('{"\\r":2,"\u0080":5,"\u20ac":1,"\u{1f600}":3,"\uffee":4}');
  });

  test.each([
    [{ a: undefined }, '{}'],
    [{ ['__proto__']: 1 }, '{"__proto__":1}'],
    [{ '': '' }, '{"":""}'],
    [[-0, 9_007_199_254_740_991, -9_007_199_254_740_991], '[0,9007199254740991,-9007199254740991]'],
  ])('of %j is %s', (object, form) => {
    expect(canonicalJson(object, 'it')).toBe(form);
  });

  test.each([
    [{ a: [1.5] }, 'it: a[0] is no whole number'],
    [{ a: 2 ** 53 }, 'it: a is no whole number'],
    [Number.NaN, 'it: it is no whole number'],
    ['\ud800', 'it: it is text with half a character'],
    [{ a: { 'e\u0301': 1 } }, 'it: a.e\u0301 has a name in another Unicode form than NFC'],
    [[undefined], 'it: [0] is no value of JSON'],
  ])('refuses %j', (object, message) => {
    expect(() => canonicalJson(object, 'it')).toThrow(message);
  });

  test('refuses what nobody would read again', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    expect(canonicalJson(deep(100), 'it')).toContain('1');
    expect(() => canonicalJson(deep(101), 'it')).toThrow('nests more than 100 levels deep');
  });
});

describe('a chain', () => {
  const chainOf = (values: readonly object[]): string => {
    let head = '0'.repeat(64);
    return values
      .map((each) => {
        const line = canonicalJson({ ...each, Previous: head }, 'it');
        head = hashOf(line);
        return `${line}\n`;
      })
      .join('');
  };
  const values = fc.array(fc.dictionary(text, value), { minLength: 1, maxLength: 5 });

  test('is read as it was written, and what stands behind its last line end is told', () => {
    fc.assert(
      fc.property(
        values,
        fc.string().filter((rest) => !rest.includes('\n')),
        (events, rest) => {
          const bytes = chainOf(events);
          const { lines, head, halfLine } = readChain(Buffer.from(bytes + rest), 'it');
          expect(lines.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
          expect(head).toBe(hashOf(bytes.trimEnd().split('\n').at(-1) ?? ''));
          expect(halfLine).toBe(rest === '' ? undefined : rest);
        },
      ),
    );
  });

  test('shows any change of a byte before its last line, and any of its own in the head', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (events, place, change) => {
        const bytes = Buffer.from(chainOf(events));
        const { head, lines } = readChain(bytes, 'it');
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        let found: ReturnType<typeof readChain> | undefined;
        try {
          found = readChain(bytes, 'it');
        } catch {
          return;
        }
        expect(found.head === head && found.lines.length === lines.length).toBe(false);
      }),
    );
  });

  test('has no line in it where there is none', () => {
    expect(readChain(Buffer.alloc(0), 'it')).toEqual({
      lines: [],
      head: '0'.repeat(64),
      halfLine: undefined,
    });
  });
});
