import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEncryptionContext } from '../../../../src/local-kms/encryption/encryption-context.ts';

const read = (text: string): string =>
  readEncryptionContext(new Map([['EncryptionContext', text]])).additionalData.toString('utf8');

const contexts = fc
  .uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), {
    selector: ([name]) => name,
    maxLength: 8,
  })
  .filter((pairs) => toJson(pairs).length <= 8192);

const toJson = (pairs: readonly (readonly [string, string])[]): string =>
  `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;

describe('readEncryptionContext', () => {
  test('takes an absent context and an empty one for the same', () => {
    expect(readEncryptionContext(new Map()).additionalData).toHaveLength(0);
    expect(read('{}')).toBe('');
    expect(read(' { } ')).toBe('');
  });

  test('gives conditions the names and values, of which none is special', () => {
    const text = '{"b":"2","__proto__":"1"}';
    const { context } = readEncryptionContext(new Map([['EncryptionContext', text]]));
    expect([...context]).toEqual([
      ['__proto__', '1'],
      ['b', '2'],
    ]);
    expect(readEncryptionContext(new Map()).context.size).toBe(0);
  });

  test('sorts names and drops white space', () => {
    expect(read('{ "b" : "2", "a":"1" }')).toBe('{"a":"1","b":"2"}');
  });

  test('reads escapes: the same map is the same context', () => {
    expect(read(String.raw`{"\u0061":"\u00e9"}`)).toBe('{"a":"é"}');
  });

  test('keeps names that are special to JavaScript', () => {
    expect(read('{"constructor":"2","__proto__":"1"}')).toBe('{"__proto__":"1","constructor":"2"}');
  });

  test('gives the same bytes for every order of the same pairs', () => {
    fc.assert(
      fc.property(contexts, (pairs) => {
        expect(read(toJson(pairs.toReversed()))).toBe(read(toJson(pairs)));
      }),
    );
  });

  test('gives different bytes for different maps', () => {
    fc.assert(
      fc.property(contexts, contexts, (one, other) => {
        const asMap = (pairs: typeof one): string =>
          JSON.stringify(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
        expect(read(toJson(one)) === read(toJson(other))).toBe(asMap(one) === asMap(other));
      }),
    );
  });

  test('takes 8,192 characters and no more', () => {
    const fill = 8192 - '{"a":""}'.length;
    expect(read(`{"a":"${'x'.repeat(fill)}"}`)).toHaveLength(8192);
    expect(() => read(`{"a":"${'x'.repeat(fill + 1)}"}`)).toThrow('"EncryptionContext"');
  });

  test.each([
    ['nothing', ''],
    ['text', 'a=b'],
    ['a list', '["a"]'],
    ['null', 'null'],
    ['a string', '"a"'],
    ['a number as value', '{"a":1}'],
    ['null as value', '{"a":null}'],
    ['nesting', '{"a":{"b":"c"}}'],
    ['a list as value', '{"a":["b"]}'],
    ['a name twice', '{"a":"1","a":"1"}'],
    ['a name twice, once escaped', String.raw`{"a":"1","\u0061":"1"}`],
    ['JSON cut short', '{"a":"b"'],
  ])('refuses %s', (_what, text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'InvalidParameter',
        message: 'The specified parameter "EncryptionContext" is not valid.',
      }) as Error,
    );
  });
});
