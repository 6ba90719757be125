import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { shellWord } from '../../../src/base/text/shell-word.ts';

/** What a command left on the screen of a real terminal, and how it ended. */
export interface Screen {
  /** As they were written: what the terminal had to break is whole. */
  readonly lines: readonly string[];
  /** How many rows of the terminal they take. */
  readonly height: number;
  readonly code: number;
}

/** A terminal, its size in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

const ENDED = /^\[ended: (\d+)\]$/m;

/** Terminals of tmux, in one server of their own, which runs until `close`. */
export class Tmux {
  readonly #socket: string;
  #count = 0;

  /** @param socket - a path for the server's socket */
  constructor(socket: string) {
    this.#socket = socket;
    this.#tmux(['new-session', '-d', '-s', 'holds-the-server', 'exec sleep 3600']);
  }

  /** Runs a command of a shell in a new terminal until it ends, and reads the terminal's screen. */
  async run(
    command: string,
    { columns, rows }: TerminalSize,
    cwd: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Screen> {
    this.#count += 1;
    const name = `run-${this.#count}`;
    const script = `${command}\nprintf '[ended: %s]\\n' $?\nexec sleep 600`;
    const variables = Object.entries(env).map(([key, value]) => shellWord(`${key}=${value}`));
    const inEnvironment = `exec env -i ${variables.join(' ')} sh -c ${shellWord(script)}`;
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux(['new-session', '-d', '-s', name, ...size, '-c', cwd, inEnvironment]);
    try {
      for (;;) {
        const text = this.#capture(name, ['-J']);
        const ended = ENDED.exec(text);
        if (ended !== null) {
          const code = Number(ended[1]);
          const height = linesBefore(this.#capture(name, [])).length;
          return { lines: linesBefore(text), height, code };
        }
        await delay(20);
      }
    } finally {
      this.#tmux(['kill-session', '-t', name]);
    }
  }

  /** Ends the server and every terminal. */
  close(): void {
    this.#tmux(['kill-server']);
  }

  #capture(name: string, options: readonly string[]): string {
    return this.#tmux(['capture-pane', '-p', '-S', '-', ...options, '-t', name]);
  }

  #tmux(args: readonly string[]): string {
    const env = { PATH: process.env['PATH'], LANG: 'C.UTF-8', TERM: 'xterm-256color' };
    const options = ['-S', this.#socket, '-f', '/dev/null', '-u'];
    return execFileSync('tmux', [...options, ...args], { encoding: 'utf8', env });
  }
}

function linesBefore(text: string): string[] {
  return text
    .slice(0, ENDED.exec(text)?.index)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.trimEnd());
}
