import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ServerPlace } from './database-server.ts';
import { DatabaseServer, makeData, serverPlace } from './database-server.ts';
import type { TlsFiles } from './tls-files.ts';

/** Debian's place, which is not in everybody's PATH. */
const SERVER = '/usr/sbin/mariadbd';

/** A MariaDB server of the test's own, in a temporary folder. */
export class MariaDb extends DatabaseServer {
  private constructor(place: ServerPlace) {
    const { folder, data, port } = place;
    super(place, [
      SERVER,
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${join(folder, 'mysqld.sock')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--innodb-buffer-pool-size=16M',
      '--innodb-log-file-size=8M',
      `--pid-file=${join(folder, 'pid')}`,
    ]);
  }

  /** Makes the data folder and a database `keys`, and starts the server. */
  static async create(settings: readonly string[] = []): Promise<MariaDb> {
    const place = await serverPlace('kmsx-mariadb-', 'mysql');
    makeData(place);
    const options = [
      '--no-defaults',
      `--datadir=${place.data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--innodb-log-file-size=8M',
    ];
    const as = { ...place.user, cwd: place.folder };
    execFileSync('mariadb-install-db', options, { ...as, stdio: 'ignore' });
    const server = new MariaDb(place);
    await server.start(...settings);
    server.sql('CREATE DATABASE `keys`', '');
    return server;
  }

  /** A URL for this server's socket. */
  url(user: string, database = 'keys'): string {
    return `mysql://${user}@/${database}?host=${this.folder}`;
  }

  async start(...settings: readonly string[]): Promise<void> {
    await this.startWith(...settings);
  }

  /** The settings for TLS with a certificate, whose files become the server's. */
  tls(files: TlsFiles): string[] {
    this.ownTls(files);
    return [`--ssl-key=${files.key}`, `--ssl-cert=${files.certificate}`];
  }

  /** Runs SQL as root; gives what it prints, one line a row. */
  sql(text: string, database = 'keys'): string {
    const options = [
      '--no-defaults',
      '--default-character-set=utf8mb4',
      '-N',
      '-B',
      '-r',
      '-u',
      'root',
      '-S',
      this.#socket,
    ];
    return execFileSync('mariadb', [...options, ...(database === '' ? [] : [database])], {
      input: text,
      stdio: ['pipe', 'pipe', 'pipe'],
    }).toString();
  }

  get #socket(): string {
    return join(this.folder, 'mysqld.sock');
  }

  protected override answers(): boolean {
    try {
      this.sql('SELECT 1', '');
      return true;
    } catch {
      return false;
    }
  }
}
