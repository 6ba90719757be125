import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Configuration, Introduction, Reply, Request } from './protocol.ts';

const ANSWER_MS = 90_000;
const STDERR_CHARACTERS = 2_000;

/** A driver's process: one line in, one line out. */
export class Driver {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #stderr = '';

  constructor(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
    const [program = '', ...args] = command;
    this.#child = spawn(program, args, { cwd, env });
    this.#child.on('error', (error) => (this.#stderr += error.message));
    this.#child.stdin.on('error', () => undefined); // its end is noticed where its answer is awaited
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_CHARACTERS);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Makes a new client. */
  async configure(configuration: Configuration): Promise<Introduction> {
    const introduction = (await this.#ask(configuration)) as Introduction | Reply;
    if (!('client' in introduction)) throw new Error(JSON.stringify(introduction));
    return introduction;
  }

  /** Makes a call with the client that was made last. */
  async call(request: Request): Promise<Reply> {
    return (await this.#ask(request)) as Reply;
  }

  /** Waits until it has ended by itself, now that there is nothing more to do. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), ANSWER_MS);
    await once(this.#child, 'close');
    clearTimeout(timer);
  }

  async #ask(message: Configuration | Request): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer in ${ANSWER_MS} ms: ${this.#stderr}`));
      }, ANSWER_MS);
    });
    const line = await Promise.race([this.#lines.next(), late]).finally(() => {
      clearTimeout(timer);
    });
    if (line.done === true) throw new Error(`the driver has ended: ${this.#stderr}`);
    return JSON.parse(line.value) as unknown;
  }
}
