import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeSecretField } from '../../../src/documents/secret-field.ts';

const take = (text: string): { secret: string | undefined; rest: string } => {
  const { secret, rest } = takeSecretField(Buffer.from(text), 'Component');
  return { secret: secret?.toString('base64'), rest: rest.toString() };
};

describe('takeSecretField', () => {
  it('takes the value out of any JSON object, and leaves the rest', () => {
    const others = fc.dictionary(
      fc.string().filter((name) => name !== 'Component'),
      fc.oneof(fc.string(), fc.constant('Component'), fc.constant('"Component":"AAAA"'), fc.nat()),
    );
    const secrets = fc.uint8Array({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(others, secrets, others, fc.nat(3), (before, secret, after, indent) => {
        const base64 = Buffer.from(secret).toString('base64');
        const object = { ...before, ['Component']: base64, ...after };
        const taken = take(JSON.stringify(object, undefined, indent));
        expect(taken.secret).toBe(base64);
        expect(taken.rest).not.toContain(`"Component":"${base64}"`);
        expect(JSON.parse(taken.rest)).toEqual({ ...object, Component: '' });
      }),
    );
  });

  it('takes a value in which slashes are escaped', () => {
    expect(take('{"Component": "\\/\\/8="}')).toEqual({
      secret: '//8=',
      rest: '{"Component": ""}',
    });
  });

  it('takes no value that is not standard base64', () => {
    for (const value of ['AA==B', 'AA', 'A A=', 'AAA\\n', '\\u0041AAA', 'AB==']) {
      expect(take(`{"Component":"${value}"}`)).toEqual({
        secret: undefined,
        rest: '{"Component":""}',
      });
    }
  });

  it('finds nothing where there is no such field', () => {
    for (const text of ['', '{}', '{"Component":1}', '{"a":"Component"}', '{"Component":"AAAA']) {
      expect(take(text)).toEqual({ secret: undefined, rest: text });
    }
  });

  it('leaves the text that it was given as it is', () => {
    const text = Buffer.from('{"Component":"AAAA"}');
    takeSecretField(text, 'Component');
    expect(text.toString()).toBe('{"Component":"AAAA"}');
  });
});
