import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The built program, run in processes of its own with an environment that holds what is named here only. */
export class KmsxProcess {
  readonly #launcher: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;

  /**
   * @param root - the folder of the repository
   * @param folder - the working folder of the processes, and their HOME
   */
  constructor(root: string, folder: string, env: NodeJS.ProcessEnv = {}) {
    this.#launcher = join(root, 'bin', 'kmsx.js');
    this.#folder = folder;
    this.#env = {
      PATH: process.env['PATH'],
      HOME: folder,
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      // Credentials are given; nothing may go looking for more on the network.
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
      ...env,
    };
  }

  /** Where the processes run. */
  get environment(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    return { cwd: this.#folder, env: this.#env };
  }

  /** The arguments with which Node.js runs kmsx. */
  kmsxArguments(...args: readonly string[]): string[] {
    return [this.#launcher, ...args];
  }

  /** Runs kmsx to its end. */
  kmsx(...args: readonly string[]): void {
    this.node(...this.kmsxArguments(...args));
  }

  /** Runs this same Node to its end. */
  node(...args: readonly string[]): void {
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024, // a line for each of thousands of backups
    });
    if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr.toString()}`);
  }

  /** Starts kmsx and waits for its first line. */
  async start(...args: readonly string[]): Promise<{ child: ChildProcess; line: string }> {
    const child = spawn(process.execPath, [this.#launcher, ...args], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for await (const line of createInterface({ input: child.stdout })) return { child, line };
    await once(child, 'close');
    throw new Error(`kmsx ${args.join(' ')} said nothing (exit code ${child.exitCode})`);
  }
}
