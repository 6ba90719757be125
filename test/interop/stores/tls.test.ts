/* TLS to real PostgreSQL and real MariaDB: verified, the name included, and no password in clear. */
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import { startCuttingProxy } from '../../support/stores/cutting-proxy.ts';
import { PASSWORD } from '../../support/stores/databases.ts';
import { MariaDb } from '../../support/stores/mariadb.ts';
import { Postgres } from '../../support/stores/postgres.ts';
import type { TlsFiles } from '../../support/stores/tls-files.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

/** A certificate that is its own authority, in a folder that a server may read. */
function selfSigned(where: string, stem: string, name: string): TlsFiles {
  const [key, certificate] = [join(where, `${stem}.key`), join(where, `${stem}.pem`)];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '3650'],
    ],
    { stdio: 'ignore' },
  );
  chmodSync(key, 0o600);
  return { key, certificate };
}

interface Tested {
  readonly port: number;
  readonly folder: string;
  /** A URL for a port on loopback. */
  url(host: string, port?: number): string;
  readonly env: Readonly<Record<string, string>>;
  readonly owner: string;
  /** Starts again, with a certificate or without TLS. */
  restart(files: TlsFiles | undefined): Promise<void>;
  /** Lets `backups` in with TLS alone, and by a password. */
  requireTls(isRequired: boolean): void;
  remove(): Promise<void>;
}

async function postgres(): Promise<Tested> {
  const server = await Postgres.create();
  return {
    port: server.port,
    folder: server.folder,
    url: (host, port = server.port) => `postgresql://backups@${host}:${port}/postgres`,
    env: { PGPASSWORD: PASSWORD },
    owner: server.url('postgres'),
    restart: async (files) => {
      await server.stop();
      await server.start(files === undefined ? {} : server.tls(files));
    },
    requireTls: (isRequired) => {
      server.sql(`DROP ROLE IF EXISTS backups; CREATE ROLE backups LOGIN PASSWORD '${PASSWORD}'`);
      server.sql('GRANT kmsx_writer TO backups');
      server.logins(
        'local all all trust',
        `${isRequired ? 'hostssl' : 'host'} all all all scram-sha-256`,
      );
    },
    remove: () => server.remove(),
  };
}

async function mariaDb(): Promise<Tested> {
  const server = await MariaDb.create();
  return {
    port: server.port,
    folder: server.folder,
    url: (host, port = server.port) => `mysql://backups@${host}:${port}/keys`,
    env: { MYSQL_PWD: PASSWORD },
    owner: server.url('root'),
    restart: async (files) => {
      await server.kill();
      await server.start(...(files === undefined ? [] : server.tls(files)));
    },
    requireTls: (isRequired) => {
      const password = PASSWORD.replace('\\', '\\\\');
      server.sql(`DROP USER IF EXISTS backups;
CREATE USER backups IDENTIFIED BY '${password}' REQUIRE ${isRequired ? 'SSL' : 'NONE'};
GRANT kmsx_writer TO backups; SET DEFAULT ROLE kmsx_writer FOR backups;`);
    },
    remove: () => server.remove(),
  };
}

describe.each([
  ['PostgreSQL', postgres],
  ['MariaDB', mariaDb],
])('TLS to %s', (_, create) => {
  let tested: Tested;
  let certificates: Readonly<Record<'right' | 'otherName' | 'stranger', TlsFiles>>;

  beforeAll(async () => {
    tested = await create();
    certificates = {
      right: selfSigned(tested.folder, 'right', 'localhost'),
      otherName: selfSigned(tested.folder, 'other', 'db.example'),
      stranger: selfSigned(tested.folder, 'stranger', 'localhost'),
    };
  });

  afterAll(async () => {
    await tested.remove();
  });

  const check = (url: string, ...args: readonly string[]): Promise<RunResult> =>
    kmsx(['store', 'check', '--verbose', '--store', url, ...args], {
      cwd: folder(),
      env: tested.env,
    });

  it('is verified by the authority that is given, and by the name', async () => {
    await kmsxOk(['store', 'init', '--store', tested.owner], { cwd: folder() });
    tested.requireTls(true);
    const { right, otherName, stranger } = certificates;
    const CASES: readonly (readonly [TlsFiles | undefined, TlsFiles, number, string])[] = [
      [right, right, 0, 'with TLS'],
      [right, stranger, 5, 'store-tls-failed'],
      [stranger, right, 5, 'store-tls-failed'],
      [otherName, otherName, 5, 'store-tls-failed'],
      [undefined, right, 5, 'store-tls-failed'],
    ];
    for (const [served, trusted, code, word] of CASES) {
      await tested.restart(served);
      const args = ['--store-ca-file', trusted.certificate, '--error-format', 'json'];
      const result = await check(tested.url('localhost'), ...args);
      expect(result, `${String(served?.certificate)} ${result.stderr}`).toMatchObject({ code });
      expect(result.stderr).toContain(word);
      expect(result.stderr).not.toContain(PASSWORD);
    }
    await tested.restart(right);
    // Without the authority no server is trusted, and one that wants TLS lets nobody in without.
    const unknown = await check(tested.url('localhost'));
    expect(unknown, unknown.stderr).toMatchObject({ code: 3 });
    expect(unknown.stderr).toContain('without TLS');
  });

  it('is not spoken in clear, whatever the environment asks', async () => {
    const result = await kmsx(['store', 'check', '--store', tested.url('db.example')], {
      cwd: folder(),
      env: { ...tested.env, PGSSLMODE: 'disable' },
    });
    const isPostgres = 'PGPASSWORD' in tested.env;
    expect(result, result.stderr).toMatchObject({ code: isPostgres ? 2 : 5, stdout: '' });
    if (isPostgres) expect(result.stderr).toContain('PGSSLMODE=disable asks for less');
  });

  it('hides all that is said', async () => {
    await tested.restart(certificates.right);
    tested.requireTls(true);
    await tested.restart(certificates.right);
    const proxy = await startCuttingProxy(tested.port, () => 'pass');
    const url = tested.url('localhost', proxy.port);
    const result = await check(url, '--store-ca-file', certificates.right.certificate);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    await proxy.close();
    expect(proxy.sent().length).toBeGreaterThan(100);
    expect(proxy.sent()).not.toMatch(/kmsx_backup|backups/);
  });
});

describe('a password in clear', () => {
  it('is not sent to PostgreSQL, which asks for it', async () => {
    const server = await Postgres.create();
    try {
      await kmsxOk(['store', 'init', '--store', server.url('postgres')], { cwd: folder() });
      server.sql(`CREATE ROLE backups LOGIN PASSWORD '${PASSWORD}'`);
      server.logins('local all all trust', 'host all all all password');
      await server.stop();
      await server.start();
      const proxy = await startCuttingProxy(server.port, () => 'pass');
      const store = `postgresql://backups@127.0.0.1:${proxy.port}/postgres`;
      const result = await kmsx(['store', 'check', '--store', store], {
        cwd: folder(),
        env: { PGPASSWORD: PASSWORD },
      });
      await proxy.close();
      expect(result, result.stderr).toMatchObject({ code: 3, stdout: '' });
      expect(result.stderr).toContain('wants the password in clear');
      expect(result.stderr).toContain('scram-sha-256');
      expect(proxy.sent()).toContain('backups');
      expect(proxy.sent()).not.toContain(PASSWORD);
    } finally {
      await server.remove();
    }
  });
});
