import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import { parseCredentialsFile } from '../../../src/credentials/sources/credentials-file.ts';

describe('parseCredentialsFile', () => {
  test('reads sections and settings', () => {
    const text = [
      '# a comment',
      '; another',
      '',
      '[default]',
      'type = access_key',
      '  access_key_id=id  ',
      'access_key_secret = a=b=',
      'empty =',
      '[ __proto__ ]',
      'type = sts',
      '[default]',
      'type = ecs_ram_role',
    ].join('\r\n');
    const file = parseCredentialsFile(text, 'f');
    expect([...file.keys()]).toEqual(['default', '__proto__']);
    expect(Object.fromEntries(file.get('default') ?? [])).toEqual({
      type: 'ecs_ram_role',
      access_key_id: 'id',
      access_key_secret: 'a=b=',
      empty: '',
    });
  });

  test.each([
    ['a setting before any section', 'canary = 1', 1],
    ['a line that is not a setting', '[a]\n\ncanary', 3],
    ['a setting without a name', '[a]\n= canary', 2],
    ['a section that does not end', '[canary', 1],
    ['a section without a name', '[]', 1],
  ])('refuses %s by its line, and shows nothing of it', (_, text, line) => {
    const error = refusal(text);
    expect(error.code).toBe('credentials-file-malformed');
    expect(error.message).toBe(`line ${line} of f is not a setting`);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  test('throws nothing but credentials-file-malformed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseCredentialsFile(text, 'f');
        } catch (error) {
          expect(error).toHaveProperty('code', 'credentials-file-malformed');
        }
      }),
    );
  });
});

function refusal(text: string): KmsxError {
  try {
    parseCredentialsFile(text, 'f');
  } catch (error) {
    if (error instanceof KmsxError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
