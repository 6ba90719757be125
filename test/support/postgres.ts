import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Debian's PostgreSQL: its programs for servers are not in the PATH. */
function binaries(): string {
  const root = '/usr/lib/postgresql';
  const version = existsSync(root) ? readdirSync(root).sort().at(-1) : undefined;
  if (version === undefined) throw new Error('no PostgreSQL: apt-get install postgresql');
  return join(root, version, 'bin');
}

/** The server refuses to be root. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString());
  return { uid: id('-u'), gid: id('-g') };
}

/** A PostgreSQL server of the test's own: in a temporary folder, reached by a socket in it and by nothing else. */
export class Postgres {
  readonly #bin = binaries();
  readonly #user = serverUser();
  readonly #folder = mkdtempSync(join(tmpdir(), 'kmsx-pg-'));
  #server: ChildProcess | undefined;

  /** Makes the cluster, and starts the server. */
  static async create(): Promise<Postgres> {
    const postgres = new Postgres();
    postgres.#initialize();
    await postgres.start();
    return postgres;
  }

  /** What leads psql to this server. */
  get env(): Readonly<Record<string, string>> {
    return { PGHOST: this.#folder, PGUSER: 'postgres', PGDATABASE: 'postgres' };
  }

  get pid(): number {
    const pid = this.#server?.pid;
    if (pid === undefined) throw new Error('the server does not run');
    return pid;
  }

  async start(): Promise<void> {
    const options = [
      '-D',
      join(this.#folder, 'data'),
      '-k',
      this.#folder,
      '-c',
      'listen_addresses=',
    ];
    const server = spawn(join(this.#bin, 'postgres'), options, {
      ...this.#user,
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    this.#server = server;
    for (let tries = 0; tries < 600; tries += 1) {
      if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
      if (this.#answers()) return;
      await delay(100);
    }
    throw new Error('the server does not answer');
  }

  /** Ends the server and all its sessions at once; harmless if it has ended. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server?.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGINT');
    await once(server, 'close');
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs SQL as the owner of the database; gives what it prints. */
  sql(text: string): string {
    const options = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];
    return execFileSync('psql', options, {
      env: { PATH: process.env['PATH'], ...this.env },
      input: text,
      stdio: ['pipe', 'pipe', 'pipe'],
    }).toString();
  }

  #initialize(): void {
    const data = join(this.#folder, 'data');
    chmodSync(this.#folder, 0o755);
    mkdirSync(data);
    const user = this.#user;
    if (user !== undefined) {
      chownSync(this.#folder, user.uid, user.gid);
      chownSync(data, user.uid, user.gid);
    }
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
    execFileSync(join(this.#bin, 'initdb'), options, {
      ...user,
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  #answers(): boolean {
    try {
      execFileSync(join(this.#bin, 'pg_isready'), ['-q', '-h', this.#folder], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }
}
