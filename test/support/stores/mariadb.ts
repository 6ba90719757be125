import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ServerUser } from './server-process.ts';
import {
  freePort,
  makeOwned,
  own,
  ServerProcess,
  serverFolder,
  serverUser,
} from './server-process.ts';
import type { TlsFiles } from './tls-files.ts';

/** Debian's place, which is not in everybody's PATH. */
const SERVER = '/usr/sbin/mariadbd';

/** A MariaDB server of the test's own, in a temporary folder, with a socket there and a port on loopback. */
export class MariaDb {
  readonly folder: string;
  readonly port: number;
  readonly #process: ServerProcess;
  readonly #user: ServerUser | undefined;

  private constructor(folder: string, port: number, user: ServerUser | undefined) {
    this.folder = folder;
    this.port = port;
    this.#user = user;
    this.#process = new ServerProcess(
      [
        SERVER,
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        `--socket=${join(folder, 'mysqld.sock')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--innodb-buffer-pool-size=16M',
        '--innodb-log-file-size=8M',
        `--pid-file=${join(folder, 'pid')}`,
      ],
      { cwd: folder, ...user },
      () => this.#answers(),
    );
  }

  /** Makes the data folder and a database `keys`, and starts the server. */
  static async create(settings: readonly string[] = []): Promise<MariaDb> {
    const user = serverUser('mysql');
    const folder = serverFolder('kmsx-mariadb-', user);
    const data = join(folder, 'data');
    makeOwned(data, user);
    const options = [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--innodb-log-file-size=8M',
    ];
    execFileSync('mariadb-install-db', options, { ...user, cwd: folder, stdio: 'ignore' });
    const server = new MariaDb(folder, await freePort(), user);
    await server.start(...settings);
    server.sql('CREATE DATABASE `keys`', '');
    return server;
  }

  /** A URL for this server's socket. */
  url(user: string, database = 'keys'): string {
    return `mysql://${user}@/${database}?host=${this.folder}`;
  }

  async start(...settings: readonly string[]): Promise<void> {
    await this.#process.start(...settings);
  }

  /** Ends the server and all its sessions at once, as `kill -9` does. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  async remove(): Promise<void> {
    await this.#process.remove();
  }

  /** The settings for TLS with a certificate, whose files become the server's. */
  tls({ key, certificate }: TlsFiles): string[] {
    for (const path of [key, certificate]) own(path, this.#user);
    return [`--ssl-key=${key}`, `--ssl-cert=${certificate}`];
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

  #answers(): boolean {
    try {
      this.sql('SELECT 1', '');
      return true;
    } catch {
      return false;
    }
  }
}
