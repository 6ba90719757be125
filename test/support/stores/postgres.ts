import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerPlace } from './database-server.ts';
import { DatabaseServer, makeData, serverPlace } from './database-server.ts';
import type { TlsFiles } from './tls-files.ts';

/** Debian's PostgreSQL: its programs for servers are not in the PATH. */
function binaries(): string {
  const root = '/usr/lib/postgresql';
  const version = existsSync(root) ? readdirSync(root).sort().at(-1) : undefined;
  if (version === undefined) throw new Error('no PostgreSQL: apt-get install postgresql');
  return join(root, version, 'bin');
}

/** A PostgreSQL server of the test's own, in a temporary folder. */
export class Postgres extends DatabaseServer {
  private constructor(place: ServerPlace) {
    const { folder, data, port } = place;
    const options = ['-D', data, '-k', folder, '-p', String(port), '-h', '127.0.0.1'];
    super(place, [join(binaries(), 'postgres'), ...options]);
  }

  /** Makes the cluster, and starts the server. Who comes over a socket is trusted; over TCP a password is needed. */
  static async create(settings: Readonly<Record<string, string>> = {}): Promise<Postgres> {
    const place = await serverPlace('kmsx-pg-', 'postgres');
    makeData(place);
    const options = [
      '-D',
      place.data,
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
      ...place.user,
      cwd: place.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const postgres = new Postgres(place);
    postgres.logins('local all all trust', 'host all all all scram-sha-256');
    await postgres.start(settings);
    return postgres;
  }

  /** A hot standby of this server, which replays what it commits. */
  async standby(): Promise<Postgres> {
    const place = await serverPlace('kmsx-pg-', 'postgres');
    const from = ['-h', this.folder, '-p', String(this.port), '-U', 'postgres'];
    execFileSync(join(binaries(), 'pg_basebackup'), [...from, '-D', place.data, '-R'], {
      ...place.user,
      cwd: place.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const standby = new Postgres(place);
    await standby.start();
    return standby;
  }

  /** A URL for this server's socket. */
  url(user: string, database = 'postgres'): string {
    return `postgresql://${user}@:${this.port}/${database}?host=${this.folder}`;
  }

  async start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.startWith(
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    );
  }

  /** Ends the server and all its sessions as an administrator does who does not wait. */
  async stop(): Promise<void> {
    await this.kill('SIGINT');
  }

  /** What pg_hba.conf says; a server that runs takes it when it starts again. */
  logins(...lines: readonly string[]): void {
    const path = join(this.folder, 'data', 'pg_hba.conf');
    writeFileSync(path, `local replication all trust\n${lines.join('\n')}\n`);
    this.own(path);
  }

  /** The settings for TLS with a certificate, whose files become the server's. */
  tls(files: TlsFiles): Record<string, string> {
    this.ownTls(files);
    return { ssl: 'on', ssl_key_file: files.key, ssl_cert_file: files.certificate };
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

  protected override answers(): boolean {
    const asked = ['-q', '-h', this.folder, '-p', String(this.port)];
    return spawnSync(join(binaries(), 'pg_isready'), asked, { stdio: 'ignore' }).status === 0;
  }
}
