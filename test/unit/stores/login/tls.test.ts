import { describe, expect, it } from 'vitest';
import type { TlsSetting } from '../../../../src/stores/login/tls.ts';
import { planTls } from '../../../../src/stores/login/tls.ts';
import { clientGroup, mysqlTlsSettings } from '../../../../src/stores/mysql/login.ts';
import { postgresTlsSettings } from '../../../../src/stores/postgres/login.ts';
import { parseStoreUrl } from '../../../../src/stores/login/url.ts';

const PG_SOCKET = 'postgresql://me@/k?host=/tmp';
const AUTHORITY = ['a certificate'];

/** Of PostgreSQL: what PGSSLMODE says, whether there are authorities, and whether there is TLS; undefined: refused. */
const POSTGRES: readonly (readonly [string, string, boolean, boolean | undefined])[] = [
  [PG_SOCKET, 'disable', false, false],
  [PG_SOCKET, 'verify-full', true, false],
  ['postgresql://localhost/k', '', false, false],
  ['postgresql://127.0.0.9/k', 'disable', false, false],
  ['postgresql://[::1]/k', 'prefer', false, false],
  ['postgresql://localhost/k', '', true, true],
  ['postgresql://localhost/k', 'disable', true, true],
  ['postgresql://localhost/k', 'verify-full', false, true],
  ['postgresql://db.example/k', '', false, true],
  ['postgresql://db.example/k', '', true, true],
  ['postgresql://10.0.0.1/k', '', false, true],
  ['postgresql://[2001:db8::1]/k', '', false, true],
  ['postgresql://db.example/k', 'verify-full', false, true],
  ['postgresql://db.example/k', 'disable', false, undefined],
  ['postgresql://db.example/k', 'allow', false, undefined],
  ['postgresql://db.example/k', 'prefer', true, undefined],
  ['postgresql://db.example/k', 'require', true, undefined],
  ['postgresql://db.example/k', 'verify-ca', true, undefined],
  ['postgresql://localhost.example/k', 'disable', false, undefined],
];

/** Of MySQL: lines of the group [client]. */
const MYSQL: readonly (readonly [string, string, boolean, boolean | undefined])[] = [
  ['mysql://me@/k?host=/run/mysqld', 'skip-ssl', false, false],
  ['mysql://localhost/k', '', false, false],
  ['mysql://localhost/k', 'skip-ssl', false, false],
  ['mysql://localhost/k', 'ssl', false, true],
  ['mysql://localhost/k', 'ssl-mode=VERIFY_IDENTITY', false, true],
  ['mysql://localhost/k', '', true, true],
  ['mysql://db.example/k', '', false, true],
  ['mysql://db.example/k', 'ssl', false, true],
  ['mysql://db.example/k', 'skip-ssl=0', false, true],
  ['mysql://db.example/k', 'skip-ssl', true, undefined],
  ['mysql://db.example/k', 'skip_ssl', true, undefined],
  ['mysql://db.example/k', 'loose-skip-ssl', true, undefined],
  ['mysql://db.example/k', 'disable-ssl', true, undefined],
  ['mysql://db.example/k', 'ssl=0', true, undefined],
  ['mysql://db.example/k', 'ssl = OFF', true, undefined],
  ['mysql://db.example/k', 'ssl-mode=PREFERRED', true, undefined],
  ['mysql://db.example/k', 'ssl-mode=VERIFY_CA', true, undefined],
  ['mysql://db.example/k', 'skip-ssl-verify-server-cert', true, undefined],
  ['mysql://db.example/k', 'ssl-verify-server-cert=0', true, undefined],
  ['mysql://10.0.0.1/k', '', false, undefined],
  ['mysql://127.0.0.1/k', 'ssl', false, undefined],
];

function decide(
  url: string,
  settings: readonly TlsSetting[],
  hasAuthorities: boolean,
): boolean | undefined {
  try {
    const plan = planTls(parseStoreUrl(url), settings, hasAuthorities ? AUTHORITY : undefined);
    if (plan !== undefined) {
      const { host } = parseStoreUrl(url);
      expect(plan.serverName).toBe('name' in host ? host.name : undefined);
      expect(plan.authorities).toBe(hasAuthorities ? AUTHORITY : undefined);
    }
    return plan !== undefined;
  } catch (error) {
    expect(error).toMatchObject({ kind: 'usage' });
    return undefined;
  }
}

describe('TLS to a store', () => {
  it.each(POSTGRES)('%s, PGSSLMODE=%s, authorities: %s', (url, mode, hasAuthorities, expected) => {
    const settings = postgresTlsSettings(mode === '' ? {} : { PGSSLMODE: mode });
    expect(decide(url, settings, hasAuthorities)).toBe(expected);
  });

  it.each(MYSQL)('%s, [client] %s, authorities: %s', (url, line, hasAuthorities, expected) => {
    const settings = mysqlTlsSettings(clientGroup(`[client]\n${line}\n`));
    expect(decide(url, settings, hasAuthorities)).toBe(expected);
  });

  it('refuses a mode that libpq does not know', () => {
    expect(() => postgresTlsSettings({ PGSSLMODE: 'no-verify' })).toThrow(
      expect.objectContaining({ code: 'environment-refused' }),
    );
  });

  it('says how a setting is taken back', () => {
    const [setting] = mysqlTlsSettings(clientGroup('[client]\nssl-mode=DISABLED'));
    expect(() =>
      planTls(parseStoreUrl('mysql://db.example/k'), setting ? [setting] : [], undefined),
    ).toThrow(
      expect.objectContaining({
        code: 'store-tls-weakened',
        message:
          'ssl-mode=DISABLED in ~/.my.cnf asks for less than verified TLS to db.example, which is not this machine',
        details: { remedy: 'take ssl-mode out of the group [client] of ~/.my.cnf' },
      }),
    );
  });
});
