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

/** Where a database server lives: a temporary folder with its data, and a port on loopback. */
export interface ServerPlace {
  readonly folder: string;
  readonly data: string;
  readonly port: number;
  /** Whom it runs as, where that is not who runs the tests. */
  readonly user: ServerUser | undefined;
}

/**
 * Makes the place of a server.
 *
 * @param account - whom it runs as where the tests are root
 */
export async function serverPlace(prefix: string, account: string): Promise<ServerPlace> {
  const user = serverUser(account);
  const folder = serverFolder(prefix, user);
  return { folder, data: join(folder, 'data'), port: await freePort(), user };
}

/** Makes the folder of a server's data. */
export function makeData({ data, user }: ServerPlace): void {
  makeOwned(data, user);
}

/** A database server of the test's own, with a socket in its folder and a port on loopback. */
export abstract class DatabaseServer {
  readonly folder: string;
  readonly port: number;
  protected readonly user: ServerUser | undefined;
  readonly #process: ServerProcess;

  protected constructor(
    { folder, port, user }: ServerPlace,
    command: readonly [string, ...string[]],
  ) {
    this.folder = folder;
    this.port = port;
    this.user = user;
    this.#process = new ServerProcess(command, { cwd: folder, ...user }, () => this.answers());
  }

  /** Whether the server takes sessions. */
  protected abstract answers(): boolean;

  /** Starts it, with more arguments, and waits until it answers. */
  protected async startWith(...more: readonly string[]): Promise<void> {
    await this.#process.start(...more);
  }

  /** Ends the server and all its sessions at once, as `kill -9` does. */
  async kill(signal?: NodeJS.Signals): Promise<void> {
    await this.#process.kill(signal);
  }

  async remove(): Promise<void> {
    await this.#process.remove();
  }

  /** Makes a file or folder the server's own. */
  own(path: string): void {
    own(path, this.user);
  }

  protected ownTls({ key, certificate }: TlsFiles): void {
    for (const path of [key, certificate]) this.own(path);
  }
}
