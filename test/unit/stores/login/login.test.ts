import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Env } from '../../../../src/base/env.ts';
import { planStore } from '../../../../src/stores/login/plan.ts';
import { clientGroup } from '../../../../src/stores/mysql/login.ts';
import { passwordIn } from '../../../../src/stores/postgres/login.ts';
import type { StoreLogin } from '../../../../src/stores/login/login.ts';
import { parseStoreUrl } from '../../../../src/stores/login/url.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';

const folder = useTempFolder();
const warnings: string[] = [];

async function loginOf(url: string, env: Env = {}): Promise<StoreLogin> {
  warnings.length = 0;
  const { login } = await planStore(parseStoreUrl(url), {
    env: { HOME: folder(), ...env },
    authorities: undefined,
    userId: undefined,
    warn: (message) => warnings.push(message),
  });
  return login;
}

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** What a password file gives to a user `me` of a database `keys` on db.example:5432. */
const PASS_FILES: readonly (readonly [string, string | undefined])[] = [
  ['db.example:5432:keys:me:secret', 'secret'],
  ['*:*:*:*:secret', 'secret'],
  ['db.example:*:keys:me:first\n*:*:*:*:second', 'first'],
  ['db.example:5433:keys:me:no\ndb.example:5432:keys:me:yes', 'yes'],
  ['# db.example:5432:keys:me:no\ndb.example:5432:keys:me:yes', 'yes'],
  ['db.example:5432:keys:me:a\\:b\\\\c', 'a:b\\c'],
  ['db.example:5432:keys:me:a:b', 'a:b'],
  ['db.example:5432:keys:me: spaced ', ' spaced '],
  ['db.example:5432:keys:me:密🔑', '密🔑'],
  ['db.example:5432:keys:you:no', undefined],
  ['db.example:5432:keys:me', undefined],
  ['db.example:5432:keys:me:', undefined],
  ['*.example:5432:keys:me:no', undefined],
  ['\\*:5432:keys:me:no', undefined],
  ['localhost:5432:keys:me:no', undefined],
  ['', undefined],
  ['db.example:5432:keys:me:dos\r\n', 'dos'],
];

describe('a password file of PostgreSQL', () => {
  it.each(PASS_FILES)('%j gives %j', (text, password) => {
    const address = parseStoreUrl('postgresql://db.example/keys');
    expect(passwordIn(text, { ...address, user: 'me' })).toBe(password);
  });

  it('calls the usual socket localhost, and another one by its folder', () => {
    const of = (url: string, text: string): string | undefined =>
      passwordIn(text, { ...parseStoreUrl(url), user: 'me' });
    const usual = 'postgresql:///k?host=/run/postgresql';
    expect(of(usual, 'localhost:5432:k:me:secret')).toBe('secret');
    expect(of(usual, '/run/postgresql:5432:k:me:secret')).toBe('secret');
    expect(of('postgresql:///k?host=/srv/pg', 'localhost:5432:k:me:secret')).toBeUndefined();
    expect(of('postgresql:///k?host=/srv/pg', '/srv/pg:5432:k:me:secret')).toBe('secret');
  });
});

describe('a login to PostgreSQL', () => {
  const url = 'postgresql://db.example/keys';
  const mine = 'postgresql://me@db.example/keys';

  it('has the user of the URL, of PGUSER, or of the system', async () => {
    expect(await loginOf(mine, { PGUSER: 'you' })).toEqual({ user: 'me' });
    expect(await loginOf(url, { PGUSER: 'you' })).toEqual({ user: 'you' });
    const { user } = await loginOf(url);
    expect(user).toMatch(/^./);
  });

  it('takes PGPASSWORD, then the file', async () => {
    file('.pgpass', '*:*:*:*:of-file');
    expect(await loginOf(mine)).toEqual({ user: 'me', password: 'of-file' });
    expect(await loginOf(mine, { PGPASSWORD: 'of-env' })).toMatchObject({ password: 'of-env' });
    const other = file('other', '*:*:*:*:of-other');
    expect(await loginOf(mine, { PGPASSFILE: other })).toMatchObject({ password: 'of-other' });
    expect(await loginOf(mine, { PGPASSFILE: join(folder(), 'none') })).toEqual({ user: 'me' });
  });

  it.each([0o640, 0o604, 0o620, 0o666])('ignores a file of mode %o, and says so', async (mode) => {
    file('.pgpass', '*:*:*:*:of-file', mode);
    expect(await loginOf(mine)).toEqual({ user: 'me' });
    expect(warnings).toEqual([
      `~/.pgpass is ignored, since other users can access it (mode 0${mode.toString(8)}): chmod 600 ~/.pgpass`,
    ]);
  });

  it('refuses a folder of that name', async () => {
    mkdirSync(join(folder(), '.pgpass'));
    await expect(loginOf(mine)).rejects.toMatchObject({ code: 'store-login-malformed' });
  });
});

/** What a .my.cnf says in its group [client]. */
const OPTION_FILES: readonly (readonly [string, Readonly<Record<string, string | true>>])[] = [
  ['[client]\nuser=me\npassword=secret', { user: 'me', password: 'secret' }],
  ['[client]\n user = me \n', { user: 'me' }],
  ['[client]\npassword="a#b"', { password: 'a#b' }],
  ["[client]\npassword='a b '", { password: 'a b ' }],
  ['[client]\npassword=a#b', { password: 'a' }],
  ['[client]\npassword=a # said', { password: 'a' }],
  ['[client]\npassword="a\\"b\\\\c\\sd"', { password: 'a"b\\c d' }],
  ['[client]\npassword=a=b', { password: 'a=b' }],
  ['[client]\nskip_ssl', { 'skip-ssl': true }],
  ['[client]\nuser=a\nuser=b', { user: 'b' }],
  ['[mysql]\nuser=no\n[client]\nuser=me\n[mysqld]\nuser=no', { user: 'me' }],
  ['[client]\n# user=no\n; user=no\nuser=me\r\n', { user: 'me' }],
  ['!includedir /etc/mysql\n[client]\nuser=me', { user: 'me' }],
  ['', {}],
];

describe('an option file of MySQL', () => {
  it.each(OPTION_FILES)('%j', (text, options) => {
    expect(Object.fromEntries(clientGroup(text))).toEqual(options);
  });

  it('must begin with a group', () => {
    expect(() => clientGroup('user=me')).toThrow(
      expect.objectContaining({
        code: 'store-login-malformed',
        message: 'line 1 of ~/.my.cnf stands before any group',
      }),
    );
  });
});

describe('a login to MySQL', () => {
  const url = 'mysql://localhost/keys';

  it('has the user of the URL, of the file, or of the system', async () => {
    file('.my.cnf', '[client]\nuser=you\npassword=secret\n');
    expect(await loginOf('mysql://me@localhost/keys')).toEqual({ user: 'me', password: 'secret' });
    expect(await loginOf(url)).toEqual({ user: 'you', password: 'secret' });
    file('.my.cnf', '');
    expect((await loginOf(url, { MYSQL_PWD: 'of-env' })).user).toMatch(/^./);
  });

  it('takes the password of the file, then MYSQL_PWD', async () => {
    file('.my.cnf', '[client]\nuser=you\n');
    expect(await loginOf(url, { MYSQL_PWD: 'of-env' })).toMatchObject({ password: 'of-env' });
    file('.my.cnf', '[client]\npassword=of-file\n');
    expect(await loginOf(url, { MYSQL_PWD: 'of-env' })).toMatchObject({ password: 'of-file' });
  });

  it('ignores a file that others can write, and warns of one that they can read', async () => {
    file('.my.cnf', '[client]\npassword=secret\n', 0o666);
    expect(await loginOf(url)).not.toHaveProperty('password', 'secret');
    expect(warnings).toEqual([expect.stringContaining('~/.my.cnf is ignored')]);
    file('.my.cnf', '[client]\npassword=secret\n', 0o644);
    expect(await loginOf(url)).toHaveProperty('password', 'secret');
    expect(warnings).toEqual([expect.stringContaining('other users can access it (mode 0644)')]);
  });
});
