import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a process used. */
export interface Used {
  /** From its launch to its end. */
  readonly wallMs: number;
  /** Of processors: what others do on the machine changes it less than the time of a clock. */
  readonly cpuMs: number;
  /** The most memory of the process. */
  readonly mib: number;
}

/** Prints what the process used, as JSON in the last line of standard error. */
const USAGE = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\n'+JSON.stringify(process.resourceUsage())))`;

/** The built program, run in processes of its own with an environment that holds what is named here only. */
export class KmsxProcess {
  readonly #launcher: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #log: string | undefined;

  /**
   * @param root - the folder of the repository
   * @param folder - the working folder of the processes, and their HOME
   * @param log - the file that standard error of what `start` starts is added to
   */
  constructor(root: string, folder: string, env: NodeJS.ProcessEnv = {}, log?: string) {
    this.#launcher = join(root, 'bin', 'kmsx.js');
    this.#folder = folder;
    this.#log = log;
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

  /**
   * Runs kmsx to its end, and tells what it used.
   *
   * @param before - what its command line begins with, such as a program that takes another
   */
  used(
    args: readonly string[],
    {
      env,
      before = [],
    }: { readonly env?: NodeJS.ProcessEnv; readonly before?: readonly string[] } = {},
  ): Used {
    const node = [process.execPath, '--import', USAGE, ...this.kmsxArguments(...args)];
    const [program = '', ...rest] = [...before, ...node];
    const start = performance.now();
    const { status, stderr } = spawnSync(program, rest, {
      cwd: this.#folder,
      env: { ...this.#env, ...env },
      maxBuffer: 2 ** 30,
    });
    const wallMs = performance.now() - start;
    if (status !== 0)
      throw new Error(`${args.slice(0, 3).join(' ')}: ${stderr.toString().slice(0, 500)}`);
    const usage = JSON.parse(stderr.toString().split('\n').at(-1) ?? '') as NodeJS.ResourceUsage;
    const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1000;
    return { wallMs, cpuMs, mib: usage.maxRSS / 1024 };
  }

  /** Starts kmsx and waits for its first line. */
  async start(...args: readonly string[]): Promise<{ child: ChildProcess; line: string }> {
    const child = spawn(process.execPath, [this.#launcher, ...args], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', this.#log === undefined ? 'ignore' : openSync(this.#log, 'a')],
    });
    if (child.stdout === null) throw new Error('no standard output');
    for await (const line of createInterface({ input: child.stdout })) return { child, line };
    await once(child, 'close');
    throw new Error(`kmsx ${args.join(' ')} said nothing (exit code ${child.exitCode})`);
  }
}
