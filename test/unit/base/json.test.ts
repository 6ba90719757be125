import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject, parseJson } from '../../../src/base/json.ts';

describe('parseJson', () => {
  it('gives what JSON.parse gives for every JSON value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text, 'x')).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses it too where the prototype of all objects has more', () => {
    Object.defineProperty(Object.prototype, 'more', {
      value: 1,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    try {
      expect(() => parseJson('{"a":1,"a":2}', 'x')).toThrow('a');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'more');
    }
  });

  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":{"b":1,"b":2}}', 'b'],
    ['[{"x":[{"y":0,"z":{},"y":1}]}]', 'y'],
    ['{"\\u0061":1,"a":1}', 'a'],
    ['{"a\\"b":1,"a\\"b":1}', 'a"b'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{ "a" : "b" , "c" : "a" , "a" : 1 }', 'a'],
    ['{"a":1,"a"\n:2}', 'a'],
    ['{"a":"b\\":","c":{},"a":" : "}', 'a'],
  ])('refuses a name that stands twice in one object: %s', (text, name) => {
    expect(() => parseJson(text, 'x')).toThrow(
      expect.objectContaining({
        code: 'json-name-twice',
        message: `x has the name ${JSON.stringify(name)} twice in one object`,
      }),
    );
  });

  it('lets the same name stand in two objects, and as a value', () => {
    expect(parseJson('[{"a":1},{"a":"a","b":{"a":"a"}}]', 'x')).toHaveLength(2);
  });

  it('finds a repeated name wherever it is added', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (object) => {
        const [name] = Object.keys(object);
        const text = `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:0}`;
        expect(() => parseJson(text, 'x')).toThrow(
          expect.objectContaining({ code: 'json-name-twice' }),
        );
      }),
    );
  });

  it.each([['{"a":"\\":","b":" : "}'], ['{"a":"\\\\","b":[{"a": ":"}]}']])(
    'takes no text for a name: %s',
    (text) => {
      expect(parseJson(text, 'x')).toEqual(JSON.parse(text));
    },
  );

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('takes a hundred levels of %s, and no more', (open, end) => {
    const nested = (levels: number): string => `${open.repeat(levels)}0${end.repeat(levels)}`;
    expect(parseJson(nested(100), 'x')).toEqual(JSON.parse(nested(100)));
    for (const levels of [101, 100_000]) {
      expect(() => parseJson(nested(levels), 'x')).toThrow('x nests more than 100 levels deep');
    }
  });

  it.each(['', '{', '{"a":1', 'nonsense', '{"a":1}{"b":2}'])(
    'says of %j that it is not JSON, without quoting it',
    (text) => {
      expect(() => parseJson(text, 'backup.json')).toThrow(
        expect.objectContaining({
          code: 'json-malformed',
          message: 'backup.json is not JSON, or is cut short',
        }),
      );
    },
  );

  it('keeps a member named __proto__ as an own property', () => {
    const value = parseJson('{"__proto__":"x"}', 'x');
    expect(isJsonObject(value) && Object.entries(value)).toEqual([['__proto__', 'x']]);
  });
});
