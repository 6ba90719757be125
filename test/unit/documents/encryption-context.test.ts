import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertNoReservedName,
  bindEncryptionContext,
  dataKeyIdOf,
  encodeEncryptionContext,
  joinEncryptionContext,
  sameEncryptionContext,
} from '../../../src/documents/encryption-context.ts';

const names = fc.string({ minLength: 1 }).filter((name) => !name.includes('='));

describe('joinEncryptionContext', () => {
  it('keeps every name and value, split at the first equals sign', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(names, fc.string()), { selector: ([name]) => name, minLength: 1 }),
        (entries) => {
          const context = joinEncryptionContext(
            entries.map(([name, value]) => `${name}=${value}`),
            undefined,
          );
          const sent = JSON.parse(encodeEncryptionContext(context ?? {})) as object;
          expect(new Map(Object.entries(sent))).toEqual(new Map(entries));
        },
      ),
    );
  });

  it('lets __proto__, emoji and further equals signs survive', () => {
    const context = joinEncryptionContext(['__proto__=x', '🔑=a=b=', 'empty='], undefined);
    expect(encodeEncryptionContext(context ?? {})).toBe('{"__proto__":"x","🔑":"a=b=","empty":""}');
  });

  it('takes an empty context as none', () => {
    expect(joinEncryptionContext([], undefined)).toBeUndefined();
    expect(joinEncryptionContext([], { text: '{}', label: 'c.json' })).toBeUndefined();
  });

  it('joins options and file', () => {
    const file = { text: '{"a":"1"}', label: 'c.json' };
    expect(joinEncryptionContext(['b=2'], file)).toEqual({ a: '1', b: '2' });
  });

  it.each([
    [['a'], undefined, '--context takes NAME=VALUE'],
    [['=x'], undefined, 'the context has an empty name'],
    [['a=1', 'a=2'], undefined, 'the context has the name "a" twice'],
    [['a=1'], '{"a":"2"}', 'the context has the name "a" twice'],
    [[], '[]', 'c.json is not a JSON object of strings'],
    [[], '{"a":1}', 'c.json has the name "a" with a value that is not a string'],
    [[], '{"a":{"b":"c"}}', /not a string/],
    [[], '{"a":null}', /not a string/],
  ])('refuses %j with the file %j', (pairs, text, message) => {
    const file = text === undefined ? undefined : { text, label: 'c.json' };
    expect(() => joinEncryptionContext(pairs, file)).toThrow(message);
  });

  it('takes 8,192 characters of JSON and not one more', () => {
    const overhead = '{"n":""}'.length;
    const fits = joinEncryptionContext([`n=${'x'.repeat(8192 - overhead)}`], undefined);
    expect(encodeEncryptionContext(fits ?? {})).toHaveLength(8192);
    expect(() => joinEncryptionContext([`n=${'x'.repeat(8193 - overhead)}`], undefined)).toThrow(
      'the context has 8193 characters as JSON; KMS takes at most 8192',
    );
  });

  it('never shows a value in an error', () => {
    expect(() => joinEncryptionContext(['a=canary', 'a=canary'], undefined)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') as string }),
    );
  });
});

describe('names that begin with kmsx:', () => {
  it('are refused in a new context', () => {
    expect(() => {
      assertNoReservedName({ a: '1', 'kmsx:id': '2' });
    }).toThrow(expect.objectContaining({ code: 'context-malformed' }));
    assertNoReservedName({ kmsx: '1', 'a:kmsx:': '2' });
  });
});

describe('sameEncryptionContext', () => {
  it('compares as maps', () => {
    expect(sameEncryptionContext({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
    expect(sameEncryptionContext(undefined, {})).toBe(true);
    expect(sameEncryptionContext({ a: '1' }, undefined)).toBe(false);
    expect(sameEncryptionContext({ a: '1' }, { a: '2' })).toBe(false);
    expect(sameEncryptionContext({ a: '' }, { b: '' })).toBe(false);
  });
});

describe('bindEncryptionContext', () => {
  const ids = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const contexts = fc.option(
    fc.dictionary(fc.oneof(names, fc.constant('__proto__')), fc.string(), { maxKeys: 5 }),
    { nil: undefined },
  );

  it('adds the id in hexadecimal and keeps every other name', () => {
    fc.assert(
      fc.property(contexts, ids, (context, id) => {
        const bound = bindEncryptionContext(context, id);
        const hex = Buffer.from(id).toString('hex');
        expect(dataKeyIdOf(bound)).toBe(hex);
        expect(new Map(Object.entries(bound))).toEqual(
          new Map([...Object.entries(context ?? {}), ['kmsx:id', hex]]),
        );
      }),
    );
  });

  it('counts the id towards the 8,192 characters', () => {
    const overhead = JSON.stringify({ n: '', 'kmsx:id': 'f'.repeat(32) }).length;
    const id = Buffer.alloc(16);
    bindEncryptionContext({ n: 'x'.repeat(8192 - overhead) }, id);
    expect(() => bindEncryptionContext({ n: 'x'.repeat(8193 - overhead) }, id)).toThrow(
      'the context, with the id of --bind, has 8193 characters as JSON; KMS takes at most 8192',
    );
  });
});

describe('dataKeyIdOf', () => {
  it.each([
    [undefined],
    [{}],
    [{ 'kmsx:id': 'a'.repeat(31) }],
    [{ 'kmsx:id': 'A'.repeat(32) }],
    [{ 'kmsx:id': `${'a'.repeat(32)}\n` }],
    [{ kmsx: 'a'.repeat(32) }],
  ])('finds none in %j', (context) => {
    expect(dataKeyIdOf(context)).toBeUndefined();
  });
});
