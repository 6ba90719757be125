import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsFiles } from './tls-files.ts';
import type { ServerUser } from './server-process.ts';
import {
  freePort,
  makeOwned,
  own,
  ServerProcess,
  serverFolder,
  serverUser,
} from './server-process.ts';

/** Debian's PostgreSQL: its programs for servers are not in the PATH. */
function binaries(): string {
  const root = '/usr/lib/postgresql';
  const version = existsSync(root) ? readdirSync(root).sort().at(-1) : undefined;
  if (version === undefined) throw new Error('no PostgreSQL: apt-get install postgresql');
  return join(root, version, 'bin');
}

/** A PostgreSQL server of the test's own, in a temporary folder, with a socket there and a port on loopback. */
export class Postgres {
  readonly folder: string;
  readonly port: number;
  readonly #process: ServerProcess;
  readonly #user: ServerUser | undefined;

  private constructor(folder: string, port: number, user: ServerUser | undefined) {
    this.folder = folder;
    this.port = port;
    this.#user = user;
    const bin = binaries();
    const options = ['-D', join(folder, 'data'), '-k', folder, '-p', String(port)];
    this.#process = new ServerProcess(
      [join(bin, 'postgres'), ...options, '-h', '127.0.0.1'],
      { cwd: folder, ...user },
      () => succeeds(join(bin, 'pg_isready'), ['-q', '-h', folder, '-p', String(port)]),
    );
  }

  /** Makes the cluster, and starts the server. Who comes over a socket is trusted; over TCP a password is needed. */
  static async create(settings: Readonly<Record<string, string>> = {}): Promise<Postgres> {
    const user = serverUser('postgres');
    const folder = serverFolder('kmsx-pg-', user);
    const data = join(folder, 'data');
    makeOwned(data, user);
    const options = [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-locale',
      '-N',
    ];
    execFileSync(join(binaries(), 'initdb'), options, {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const postgres = new Postgres(folder, await freePort(), user);
    postgres.logins('local all all trust', 'host all all all scram-sha-256');
    await postgres.start(settings);
    return postgres;
  }

  /** A hot standby of this server, which replays what it commits. */
  async standby(): Promise<Postgres> {
    const folder = serverFolder('kmsx-pg-', this.#user);
    const from = ['-h', this.folder, '-p', String(this.port), '-U', 'postgres'];
    execFileSync(join(binaries(), 'pg_basebackup'), [...from, '-D', join(folder, 'data'), '-R'], {
      ...this.#user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const standby = new Postgres(folder, await freePort(), this.#user);
    await standby.start();
    return standby;
  }

  /** A URL for this server's socket. */
  url(user: string, database = 'postgres'): string {
    return `postgresql://${user}@:${this.port}/${database}?host=${this.folder}`;
  }

  async start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#process.start(
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    );
  }

  /** Ends the server and all its sessions at once, as `kill -9` does. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Ends the server and all its sessions as an administrator does who does not wait. */
  async stop(): Promise<void> {
    await this.#process.kill('SIGINT');
  }

  async remove(): Promise<void> {
    await this.#process.remove();
  }

  /** What pg_hba.conf says; a server that runs takes it when it starts again. */
  logins(...lines: readonly string[]): void {
    const path = join(this.folder, 'data', 'pg_hba.conf');
    writeFileSync(path, `local replication all trust\n${lines.join('\n')}\n`);
    own(path, this.#user);
  }

  /** The settings for TLS with a certificate, whose files become the server's. */
  tls({ key, certificate }: TlsFiles): Record<string, string> {
    for (const path of [key, certificate]) own(path, this.#user);
    return { ssl: 'on', ssl_key_file: key, ssl_cert_file: certificate };
  }

  /** Makes a folder the server's own. */
  own(folder: string): void {
    own(folder, this.#user);
  }

  /** Runs SQL as the owner of the cluster; gives what it prints. */
  sql(text: string, database = 'postgres'): string {
    const options = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];
    return execFileSync('psql', options, {
      env: { PATH: process.env['PATH'], ...this.env(database) },
      input: text,
      stdio: ['pipe', 'pipe', 'pipe'],
    }).toString();
  }

  /** What leads psql to this server. */
  env(database = 'postgres'): Record<string, string> {
    return {
      PGHOST: this.folder,
      PGPORT: String(this.port),
      PGUSER: 'postgres',
      PGDATABASE: database,
    };
  }
}

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
