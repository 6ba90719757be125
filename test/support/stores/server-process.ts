import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Whom a server runs as: it refuses to be root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The ids of an account of this system; undefined where the tests are not root, and run the server as themselves. */
export function serverUser(name: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, name]).toString());
  return { uid: id('-u'), gid: id('-g') };
}

/** A folder of a server's own, in a temporary folder that everyone may look into. */
export function serverFolder(prefix: string, user: ServerUser | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o755);
  own(folder, user);
  return folder;
}

/** Makes a folder that belongs to a server. */
export function makeOwned(folder: string, user: ServerUser | undefined): void {
  mkdirSync(folder, { recursive: true });
  own(folder, user);
}

/** Gives a file or folder to a server. */
export function own(path: string, user: ServerUser | undefined): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The process of a server, which may be killed and started again. */
export class ServerProcess {
  readonly #command: readonly [string, ...string[]];
  readonly #options: { readonly cwd: string } & Partial<ServerUser>;
  readonly #answers: () => boolean;
  #process: ChildProcess | undefined;

  constructor(
    command: readonly [string, ...string[]],
    options: { readonly cwd: string } & Partial<ServerUser>,
    answers: () => boolean,
  ) {
    this.#command = command;
    this.#options = options;
    this.#answers = answers;
  }

  async start(...more: readonly string[]): Promise<void> {
    const [program, ...args] = this.#command;
    const log: string[] = [];
    const server = spawn(program, [...args, ...more], {
      ...this.#options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server.stderr.on('data', (chunk: Buffer) => {
      log.push(chunk.toString());
    });
    this.#process = server;
    for (let tries = 0; tries < 1200; tries += 1) {
      if (server.exitCode !== null) throw new Error(`the server ended: ${log.join('')}`);
      if (this.#answers()) return;
      await delay(50);
    }
    throw new Error(`the server does not answer: ${log.join('')}`);
  }

  /** Ends the server at once, as a power cut would; harmless if it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const server = this.#process;
    if (server?.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await once(server, 'close');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#options.cwd, { recursive: true, force: true });
  }
}
