import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import type { StoreAddress } from '../../../../src/stores/login/url.ts';
import { parseStoreUrl } from '../../../../src/stores/login/url.ts';

const socket = (socketFolder: string): StoreAddress['host'] => ({ socketFolder });

const READ: readonly (readonly [string, Partial<StoreAddress>])[] = [
  [
    'postgresql://db.example/keys',
    { kind: 'postgresql', host: { name: 'db.example' }, port: 5432, database: 'keys' },
  ],
  [
    'postgresql://me@DB.example:6000/keys',
    { user: 'me', host: { name: 'db.example' }, port: 6000 },
  ],
  ['mysql://db.example/keys', { kind: 'mysql', port: 3306, label: 'db.example:3306/keys' }],
  ['MySQL://127.0.0.1/keys', { kind: 'mysql', host: { name: '127.0.0.1' } }],
  ['postgresql://[::1]:5433/k', { host: { name: '::1' }, port: 5433, label: '[::1]:5433/k' }],
  ['postgresql://me%40corp@h/k%2Fx', { user: 'me@corp', database: 'k/x' }],
  ['postgresql://h/k?schema=vault_1', { schema: 'vault_1' }],
  [
    'postgresql://me@/k?host=/run/postgresql/',
    { host: socket('/run/postgresql'), user: 'me', label: '/run/postgresql/k' },
  ],
  ['postgresql:///k?host=%2Ftmp&schema=s', { host: socket('/tmp'), user: undefined, schema: 's' }],
  ['postgresql://me@:5433/k?host=/tmp', { host: socket('/tmp'), port: 5433 }],
  ['mysql://me@/k?host=/run/mysqld', { host: socket('/run/mysqld') }],
];

describe('a URL of a store', () => {
  it.each(READ)('%s', (url, address) => {
    expect(parseStoreUrl(url)).toMatchObject(address);
  });
});

const SECRET = 'hunter2';

const REFUSED: readonly (readonly [string, string])[] = [
  [`postgresql://me:${SECRET}@db.example/keys`, 'store-url-password'],
  [`mysql://me:${SECRET}@db.example/keys`, 'store-url-password'],
  [`postgresql://:${SECRET}@db.example/keys`, 'store-url-password'],
  [`postgresql://me:${SECRET}@x@db.example/keys`, 'store-url-password'],
  [`postgresql://me:a/${SECRET}@db.example/keys`, 'store-url-password'],
  [`postgresql://me%3A${SECRET}@db.example/keys`, 'store-url-password'],
  [`postgresql://me:@db.example/keys`, 'store-url-password'],
  [`postgresql://db.example/keys?password=${SECRET}`, 'store-url-password'],
  [`postgresql://db.example/keys?schema=a&PASSWORD=${SECRET}`, 'store-url-password'],
  [`mysql://db.example/keys?password1=${SECRET}`, 'store-url-password'],
  [`postgresql://db.example/keys?sslpassword=${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example/keys?sslmode=${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example/keys?schema=a&schema=${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example/keys?schema=a"${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example/keys?host=${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example/keys?host=/${SECRET}`, 'store-url-malformed'],
  [`mysql://db.example/keys?schema=${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example/keys#${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example/${SECRET}/x`, 'store-url-malformed'],
  [`postgresql://db.example/%zz${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example/%00${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example:99999/${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example:0/${SECRET}`, 'store-url-malformed'],
  [`postgresql://db example/${SECRET}`, 'store-url-malformed'],
  [`postgresql:///${SECRET}`, 'store-url-malformed'],
  [`postgresql://db.example`, 'store-url-malformed'],
  [`postgresql://db.example/`, 'store-url-malformed'],
  [`postgres://me:${SECRET}@db.example/keys`, 'store-url-malformed'],
  [`mariadb://db.example/${SECRET}`, 'store-url-malformed'],
  [`https://db.example/${SECRET}`, 'store-url-malformed'],
  [`host=db.example password=${SECRET}`, 'store-url-malformed'],
  ['', 'store-url-malformed'],
];

describe('a URL that is refused', () => {
  it.each(REFUSED)('%s: %s, and it is not shown', (url, code) => {
    let error: unknown;
    try {
      parseStoreUrl(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(KmsxError);
    const { message, hints } = error as KmsxError;
    expect((error as KmsxError).code).toBe(code);
    expect(`${message} ${(hints ?? []).join(' ')}`).not.toContain(SECRET);
    expect(message).not.toContain('db.example');
  });
});
