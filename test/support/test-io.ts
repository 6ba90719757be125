import { randomBytes } from 'node:crypto';
import type { Io, OutputStream } from '../../src/terminal/io.ts';
import { createProgram } from '../../src/program/program.ts';
import { run } from '../../src/program/run.ts';
import { SecretBytes } from '../../src/base/secret-bytes.ts';

export interface TestIoOptions {
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdoutIsTerminal?: boolean;
  readonly stderrIsTerminal?: boolean;
  readonly stdinIsTerminal?: boolean;
  /** What is typed at each prompt, in order; without it there is no terminal. */
  readonly typed?: readonly string[];
  /** What a write to stdout does instead of succeeding. */
  readonly stdoutError?: Error;
}

export interface TestIo extends Io {
  stdoutText(): string;
  stderrText(): string;
}

/** The fixed clock of tests. */
export const TEST_NOW = new Date('2026-11-23T08:00:00.000Z');

/** An `Io` in memory, with a fixed clock. */
export function testIo(options: TestIoOptions = {}): TestIo {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const typed = [...(options.typed ?? [])];
  return {
    stdin: {
      isTerminal: options.stdinIsTerminal ?? false,
      fileId: undefined,
      read: () => Promise.resolve(Buffer.from(options.stdin ?? '')),
    },
    stdout: stream(stdout, options.stdoutIsTerminal ?? false, options.stdoutError),
    stderr: stream(stderr, options.stderrIsTerminal ?? false, undefined),
    env: options.env ?? {},
    cwd: options.cwd ?? '/nonexistent',
    userId: process.geteuid?.(),
    killGroup: (groupId) => void process.kill(-groupId, 'SIGKILL'),
    nodeVersion: '20.20.0',
    pid: 4242,
    signal: new AbortController().signal,
    now: () => TEST_NOW,
    randomBytes: (length) => randomBytes(length),
    isProcessAlive: (pid) => pid === 4242,
    sleep: () => Promise.resolve(),
    monotonicMs: () => performance.now(),
    random: () => Math.random(),
    untilStopped: () => Promise.resolve(),
    promptSecret: () => {
      const answer = typed.shift();
      return Promise.resolve(
        answer === undefined ? undefined : new SecretBytes(Buffer.from(answer)),
      );
    },
    stdoutText: () => Buffer.concat(stdout).toString(),
    stderrText: () => Buffer.concat(stderr).toString(),
  };
}

function stream(chunks: Buffer[], isTerminal: boolean, error: Error | undefined): OutputStream {
  const write = (bytes: Uint8Array): Promise<void> => {
    if (error !== undefined) return Promise.reject(error);
    chunks.push(Buffer.from(bytes));
    return Promise.resolve();
  };
  return { isTerminal, fileId: undefined, write, writeUntil: write };
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process. */
export async function runInProcess(
  argv: readonly string[],
  options: TestIoOptions = {},
): Promise<Outcome> {
  const io = testIo(options);
  const code = await run(createProgram(io, argv), argv, io);
  return { code, stdout: io.stdoutText(), stderr: io.stderrText() };
}
