import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeParameters, parseParameters } from '../../../../src/local-kms/request/parameters.ts';
import { KmsRefusal } from '../../../../src/local-kms/refusal.ts';

describe('parseParameters', () => {
  test('reads names and values', () => {
    expect([...parseParameters('KeyId=alias%2Fa&Empty=&Bare&Eq=a=b')]).toEqual([
      ['KeyId', 'alias/a'],
      ['Empty', ''],
      ['Bare', ''],
      ['Eq', 'a=b'],
    ]);
  });

  test('keeps every name, those of JavaScript too', () => {
    const parameters = parseParameters('__proto__=1&constructor=2&toString=3');
    expect([...parameters.keys()]).toEqual(['__proto__', 'constructor', 'toString']);
    expect(parseParameters('a=1').get('toString')).toBeUndefined();
  });

  test('ignores empty parts', () => {
    expect([...parseParameters('&a=1&&b=2&')]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  test('refuses a name that stands twice, however it is encoded', () => {
    expect(() => parseParameters('KeyId=a&KeyId=a')).toThrow('"KeyId" is not valid');
    expect(() => parseParameters('KeyId=a&%4BeyId=b')).toThrow('"KeyId" is not valid');
  });

  test('does not repeat a strange name in its refusal', () => {
    expect(() => parseParameters('a%0Ab=1&a%0Ab=2')).toThrow(
      'The specified parameter is not valid.',
    );
  });

  test.each([
    '=1',
    'a=%',
    '%=1',
    'a=%FF',
    Array.from({ length: 201 }, (_, i) => `p${i}=1`).join('&'),
  ])('refuses %.20s', (text) => {
    expect(() => parseParameters(text)).toThrow(
      expect.objectContaining({ code: 'ParseRequestParameterException' }) as Error,
    );
  });

  test('throws nothing but refusals', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        try {
          parseParameters(text);
        } catch (error) {
          expect(error).toBeInstanceOf(KmsRefusal);
        }
      }),
    );
  });
});

test('mergeParameters refuses a name that stands in query and form', () => {
  const query = new Map([['KeyId', 'a']]);
  expect([...mergeParameters(query, new Map([['DryRun', 'true']]))]).toHaveLength(2);
  expect(() => mergeParameters(query, new Map([['KeyId', 'a']]))).toThrow('"KeyId"');
});
