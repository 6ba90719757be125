import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const QUIET_MS = 250;
const LIMIT_MS = 20_000;

/** A program that runs in a pseudo-terminal, made by `script` of util-linux, and what it wrote there. */
export class PseudoTerminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';
  #changedAt = Date.now();

  /** @param command - for `sh -c` */
  constructor(command: string, cwd: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(
      'script',
      ['-qfec', `stty rows 60 cols 240; exec ${command}`, '/dev/null'],
      { cwd, env: { ...env, TERM: 'xterm', SHELL: '/bin/sh' } },
    );
    this.#child.stdin.on('error', () => undefined); // the program has ended: `waitFor` tells
    const read = (chunk: Buffer): void => {
      this.#output += chunk.toString('latin1');
      this.#changedAt = Date.now();
    };
    this.#child.stdout.on('data', read);
    this.#child.stderr.on('data', read);
  }

  /** Types text and waits for nothing; returns the place in the output from which an answer may come. */
  press(text: string): number {
    this.#child.stdin.write(text);
    return this.#output.length;
  }

  /** Types text, and waits until the program has answered and writes no more. */
  async type(text: string): Promise<string> {
    const start = this.press(text);
    await this.waitFor(
      () => this.#output.length > start && Date.now() - this.#changedAt > QUIET_MS,
      `an answer to ${JSON.stringify(text)}`,
    );
    return this.#output.slice(start);
  }

  /** Waits for something to become true, and fails with the screen's content if it does not. */
  async waitFor(condition: () => boolean, what: string): Promise<void> {
    const end = Date.now() + LIMIT_MS;
    while (!condition()) {
      if (Date.now() > end || this.#child.exitCode !== null) {
        throw new Error(
          `waited in vain for ${what}; the terminal shows ${JSON.stringify(this.#output.slice(-2000))}`,
        );
      }
      await delay(10);
    }
  }

  /** Waits until the program has written some texts, one after the other, since `start`. */
  async waitForTexts(texts: readonly string[], start = 0): Promise<void> {
    const written = (): boolean => {
      let from = start;
      for (const text of texts) {
        const index = this.#output.indexOf(text, from);
        if (index === -1) return false;
        from = index + text.length;
      }
      return true;
    };
    await this.waitFor(written, JSON.stringify(texts));
  }

  /** Types a last line, and waits for the end of the program. */
  async close(farewell: string): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.press(farewell);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LIMIT_MS);
    await exit;
    clearTimeout(timer);
  }
}
