import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import type { RunResult } from '../run-result.ts';
import type { RunOptions, Server } from '../kmsx.ts';
import { announced, cleanEnv, finish, KMSX, stopServer } from '../kmsx.ts';

export interface NetworkPlan {
  /** The lines of /etc/hosts, where all names come from. */
  readonly hosts: readonly string[];
  /** Addresses of this machine beside 127.0.0.1/8 and ::1, such as `fd00::5/128`. */
  readonly addresses?: readonly string[];
}

/**
 * A network of the tests' own: nothing but loopback, no name server, all ports free. What runs in it reaches nobody
 * outside. It needs root, as CI is, and Debian's iproute2, iptables and util-linux.
 */
export interface Network {
  /** For files of the tests; others may read what lies in it. */
  readonly folder: string;
  /** Starts a program, which ends with the network. */
  start(command: string, args: readonly string[], options?: Partial<RunOptions>): Child;
  /** Runs the real kmsx. */
  kmsx(args: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  localKms(args: readonly string[]): Promise<Server>;
  /** Carries connections to an address and port to another port of 127.0.0.1. */
  forward(address: string, port: number, to: number): Promise<void>;
  /** Swallows every packet to an address and port, as a firewall does. */
  swallow(address: string, port: number): void;
  /** Waits until something listens. */
  waitFor(address: string, port: number): Promise<void>;
}

type Child = ChildProcessWithoutNullStreams;

const FORWARDER = `
  const net = require('node:net');
  const [host, port, to] = process.argv.slice(1);
  net.createServer((client) => {
    const server = net.connect(Number(to), '127.0.0.1');
    for (const [from, other] of [[client, server], [server, client]]) {
      from.on('error', () => other.destroy());
      from.pipe(other);
    }
  }).listen({ host, port: Number(port), ipv6Only: host.includes(':') });
`;

/** Makes a network for all tests of a file. */
export function useNetwork(plan: NetworkPlan): () => Network {
  let network: OwnNetwork | undefined;
  beforeAll(async () => {
    network = await OwnNetwork.make(plan);
  });
  afterAll(() => network?.close());
  return () => {
    if (network === undefined) throw new Error('no network');
    return network;
  };
}

class OwnNetwork implements Network {
  readonly folder: string;
  readonly #holder: Child;
  readonly #children: Child[] = [];

  private constructor(folder: string, holder: Child) {
    this.folder = folder;
    this.#holder = holder;
  }

  static async make({ hosts, addresses = [] }: NetworkPlan): Promise<OwnNetwork> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kmsx-test-')));
    execFileSync('chmod', ['755', folder]); // squid gives its rights up
    writeFileSync(join(folder, 'hosts'), `${hosts.join('\n')}\n`);
    writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: files\n');
    const script = [
      'ip link set lo up',
      ...addresses.map((address) => `ip addr add ${address} dev lo`),
      'mount --bind hosts /etc/hosts',
      'mount --bind nsswitch.conf /etc/nsswitch.conf',
      'echo ready',
      'exec cat', // until its stdin ends
    ];
    const holder = spawn('unshare', ['--net', '--mount', 'sh', '-ec', script.join('\n')], {
      cwd: folder,
    });
    holder.stderr.pipe(process.stderr);
    await Promise.race([
      once(holder.stdout, 'data'),
      once(holder, 'close').then(() => Promise.reject(new Error('no network of its own: root?'))),
    ]);
    return new OwnNetwork(folder, holder);
  }

  start(command: string, args: readonly string[], options: Partial<RunOptions> = {}): Child {
    const child = this.#spawn(command, args, options);
    this.#children.push(child);
    return child;
  }

  async kmsx(args: readonly string[], options: Partial<RunOptions> = {}): Promise<RunResult> {
    const child = this.#spawn(process.execPath, [KMSX, ...args], options);
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    return await finish(child);
  }

  async localKms(args: readonly string[]): Promise<Server> {
    const child = this.start(process.execPath, [KMSX, 'local-kms', ...args]);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'close').then(() => Promise.reject(new Error(said)));
    ended.catch(() => undefined);
    return await Promise.race([announced(child), ended]);
  }

  async forward(address: string, port: number, to: number): Promise<void> {
    this.start(process.execPath, ['-e', FORWARDER, address, String(port), String(to)]);
    await this.waitFor(address, port);
  }

  swallow(address: string, port: number): void {
    const command = address.includes(':') ? 'ip6tables' : 'iptables';
    const rule = ['-A', 'OUTPUT', '-d', address, '-p', 'tcp', '--dport', String(port)];
    execFileSync('nsenter', [...this.#enter(), command, ...rule, '-j', 'DROP']);
  }

  async waitFor(address: string, port: number): Promise<void> {
    const knock = `exec 3<>/dev/tcp/${address}/${port}`;
    for (let tries = 0; tries < 100; tries += 1) {
      const { status } = spawnSync('nsenter', [...this.#enter(), 'bash', '-c', knock]);
      if (status === 0) return;
      await delay(50);
    }
    throw new Error(`nothing listens at ${address} port ${port}`);
  }

  async close(): Promise<void> {
    for (const child of this.#children.reverse()) await stopServer(child);
    this.#holder.stdin.end();
    await once(this.#holder, 'close');
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(command: string, args: readonly string[], options: Partial<RunOptions>): Child {
    const { cwd = this.folder, env } = options;
    return spawn('nsenter', [`--wd=${cwd}`, ...this.#enter(), command, ...args], {
      env: cleanEnv(cwd, env),
    });
  }

  #enter(): string[] {
    return ['--target', String(this.#holder.pid), '--net', '--mount', '--'];
  }
}
