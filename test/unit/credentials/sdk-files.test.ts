/* The files of the SDK, read by the SDK's own reader and by kmsx. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sdkUtils from '@alicloud/credentials/dist/src/util/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KmsxError } from '../../../src/base/error.ts';
import { parseCredentialsFile } from '../../../src/credentials/sources/credentials-file.ts';
import type { Home } from '../../support/credentials/credential-home.ts';
import { homeWith, keysOf, resolveIn } from '../../support/credentials/credential-home.ts';
import { failure } from '../../support/kms/clients.ts';

/** What the SDK for Node.js reads in the section `default`. */
function readBySdk(text: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'kmsx-'));
  try {
    const path = join(folder, 'credentials');
    writeFileSync(path, text);
    const { default: section = {} } = sdkUtils.parseFile(path) as { default?: object };
    return Object.fromEntries(
      Object.entries(section).map(([name, value]) => [name, String(value)]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readByKmsx(text: string): Record<string, string> {
  return Object.fromEntries(parseCredentialsFile(text, 'f').get('default') ?? []);
}

const VALUES: readonly (readonly [string, string, string])[] = [
  ['a plain value', 'LTAI5t', 'LTAI5t'],
  ['blanks around it', ' \t LTAI5t \t ', 'LTAI5t'],
  ['no value', '', ''],
  ['equals signs', 'a=b==', 'a=b=='],
  ['a comment after #', 'LTAI5t # the key of prod', 'LTAI5t'],
  ['a comment after ;', 'LTAI5t ; the key of prod', 'LTAI5t'],
  ['a comment without a blank before it', 'LTAI5t#prod', 'LTAI5t'],
  ['nothing but a comment', '# none', ''],
  ['an escaped #', 'a\\#b', 'a#b'],
  ['an escaped ;', 'a\\;b', 'a;b'],
  ['an escaped backslash', 'a\\\\b', 'a\\b'],
  ['a backslash before another character', 'a\\nb', 'a\\nb'],
  ['a backslash at the end', 'a\\', 'a\\'],
  ['double quotes', '"LTAI5t"', 'LTAI5t'],
  ['single quotes', "'LTAI5t'", 'LTAI5t'],
  ['double quotes with blanks inside', '" LTAI5t "', ' LTAI5t '],
  ['a # in double quotes', '"a # b"', 'a # b'],
  ['a ; in single quotes', "'a ; b'", 'a ; b'],
  ['an escape in double quotes', '"a\\u0062\\"c"', 'ab"c'],
  ['double quotes in single ones', `'"LTAI5t"'`, 'LTAI5t'],
  ['single quotes in double ones', `"'LTAI5t'"`, "'LTAI5t'"],
  ['quotes before a comment', '"LTAI5t" # prod', '"LTAI5t"'],
  ['an invalid escape in double quotes', '"a\\qb"', '"a\\qb"'],
  ['one double quote', '"', '"'],
  ['one single quote', "'", ''],
  ['an opening quote alone', '"LTAI5t', '"LTAI5t'],
  ['a number in single quotes', "'1234'", '1234'],
  ['typographic quotes', '“LTAI5t”', '“LTAI5t”'],
];

describe('the credentials file', () => {
  test.each(VALUES)('has a value as the SDK reads it: %s', (_, written, value) => {
    const text = `[default]\ntype = access_key\naccess_key_id = ${written}\n`;
    expect(readBySdk(text)).toEqual({ type: 'access_key', access_key_id: value });
    expect(readByKmsx(text)).toEqual({ type: 'access_key', access_key_id: value });
  });

  test.each([
    ['CRLF', '[default]\r\ntype = sts\r\n'],
    ['CR alone', '[default]\rtype = sts\r'],
    ['no newline at the end', '[default]\ntype = sts'],
    ['blank lines and comments', '# a\n\n; b\n  # c\n[default]\n\n\ntype=sts\n;d'],
    ['a section in quotes', '["default"]\ntype = sts'],
    ['blanks in a section', '[ default ]\ntype = sts'],
    ['a comment in a section', '[default;x]\ntype = sts'],
    ['quotes around a name', '[default]\n"type" = sts'],
    ['a section that occurs twice', '[default]\na = 1\n[b]\nc = 2\n[default]\ntype = sts'],
    ['a setting that occurs twice', '[default]\ntype = access_key\ntype = sts'],
    ['blanks before a setting', '[default]\n   type   =   sts'],
  ])('has lines as the SDK reads them: %s', (_, text) => {
    expect(readBySdk(text)).toHaveProperty('type', 'sts');
    expect(readByKmsx(text)).toEqual(readBySdk(text));
  });

  test.each([
    ['a byte order mark', '\ufeff[default]\ntype = sts'],
    ['blanks after a section', '[default] \ntype = sts'],
    ['a comment after a section', '[default] # prod\ntype = sts'],
  ])('is read where the SDK finds no section: %s', async (_, text) => {
    expect(readBySdk(text)).toEqual({});
    const keys = '\naccess_key_id = id\naccess_key_secret = secret\nsecurity_token = token';
    const { source } = await resolveIn({ ini: `${text}${keys}` });
    expect(source).toBe('section default of ~/.alibabacloud/credentials');
  });

  test('has any value as the SDK reads it', () => {
    const value = fc
      .array(fc.constantFrom('a', '"', "'", '\\', '#', ';', '=', ' ', '[', ']', 'é'), {
        maxLength: 12,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(value, (written) => {
        const text = `[default]\nname = ${written}\n`;
        expect(readByKmsx(text)).toEqual(readBySdk(text));
      }),
      { numRuns: 300 },
    );
  });

  test.each(['"LTAI5t" # prod', '“LTAI5t”', '"LTAI5t'])(
    'is refused before anything is sent if quotes are left in an access key: %s',
    async (written) => {
      const ini = `[default]\ntype = access_key\naccess_key_id = ${written}\naccess_key_secret = s`;
      const error = await failure(resolveIn({ ini }));
      expect(error).toMatchObject({ code: 'credentials-failed', kind: 'credentials' });
      expect(error.message).not.toContain('LTAI5t');
    },
  );
});

const CONFIG = JSON.stringify({
  current: 'main',
  profiles: [{ name: 'main', mode: 'AK', access_key_id: 'id', access_key_secret: 'secret' }],
});
const INI = '[default]\ntype = access_key\naccess_key_id = id\naccess_key_secret = secret\n';

const FILES: readonly (readonly [string, (text: Buffer) => Home])[] = [
  ['.aliyun/config.json', (text) => ({ config: text })],
  ['.alibabacloud/credentials', (text) => ({ ini: text })],
];

describe.each(FILES)('%s', (path, home) => {
  const text = path.endsWith('json') ? CONFIG : INI;

  test('may begin with a byte order mark', async () => {
    const credentials = await resolveIn(home(Buffer.from(`\ufeff${text}`)));
    expect(await keysOf(credentials)).toMatchObject({ accessKeyId: 'id' });
  });

  test.each([
    ['with a byte order mark, little-endian', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['with a byte order mark, big-endian', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['little-endian', Buffer.from(text, 'utf16le')],
    ['big-endian', Buffer.from(text, 'utf16le').swap16()],
  ])(
    'is refused by name if it is UTF-16, with a command that rewrites it: %s',
    async (_, bytes) => {
      const folder = homeWith(home(bytes));
      const error = await failure(resolveIn(folder));
      expect(error).toMatchObject({ code: 'credentials-file-malformed', kind: 'usage' });
      expect(error.message).toBe(`~/${path} is UTF-16 text, not UTF-8`);
      const [command = ''] = error.hints ?? [];
      const { status, stderr } = spawnSync('sh', ['-c', command], {
        env: { ...process.env, HOME: folder },
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      expect(readFileSync(join(folder, path), 'utf8').replace('\ufeff', '')).toBe(text);
      expect(await keysOf(await resolveIn(folder))).toMatchObject({ accessKeyId: 'id' });
    },
  );

  test('is refused by name if it has NUL bytes', async () => {
    const error = await failure(resolveIn(home(Buffer.from(`${text}abc\0`))));
    expect(error.code).toBe('credentials-file-malformed');
    expect(error.message).toBe(`~/${path} contains NUL bytes: it is not text`);
  });

  test.each([0, 1])('throws nothing but its own errors if it has %s bytes', async (size) => {
    const folder = homeWith(home(Buffer.alloc(size)));
    const ended = await resolveIn(folder).catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(KmsxError);
  });
});
