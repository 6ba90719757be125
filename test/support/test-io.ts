import type { FileSteps } from '../../src/base/files/file-steps.ts';
import type { Io, OutputStream } from '../../src/terminal/io.ts';
import { createProgram } from '../../src/program/program.ts';
import { run } from '../../src/program/run.ts';
import type { StopSignal } from '../../src/terminal/exit-codes.ts';
import { systemIo } from '../../src/terminal/system-io.ts';
import { SecretBytes } from '../../src/base/bytes/secret-bytes.ts';
import type { RunResult } from './run-result.ts';

export interface TestIoOptions {
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdoutIsTerminal?: boolean;
  /** The width of the terminal. */
  readonly columns?: number;
  readonly stderrIsTerminal?: boolean;
  readonly stdinIsTerminal?: boolean;
  /** What is typed at each prompt, in order; without it there is no terminal. */
  readonly typed?: readonly string[];
  /** Sees each question that a secret answers. */
  readonly onQuestion?: (question: string) => void;
  /** What changes the disk, in place of the system's own calls. */
  readonly fileSteps?: FileSteps;
  /** Where it is not that of this process. */
  readonly pid?: number;
  /** What a write to stdout does instead of succeeding. */
  readonly stdoutError?: Error;
  /** Takes the real clock, processes and Node.js version, in place of fixed ones. */
  readonly isReal?: boolean;
  /** For `local-kms` and `batch`: resolves when it is to stop; without it, at once. */
  readonly untilStopped?: Promise<StopSignal>;
  /** They see what is written, as it is written. */
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

export interface TestIo extends Io {
  stdoutText(): string;
  stderrText(): string;
}

/** The fixed clock of tests. */
export const TEST_NOW = new Date('2026-11-23T08:00:00.000Z');

const FIXED = {
  nodeExecutable: '/none/node',
  programFiles: ['/none/kmsx.cjs', '/none/kmsx.pack'],
  opensslVersion: '3.0.16',
  nodeVersion: '20.20.0',
  pid: 4242,
  hostName: 'ceremony',
  system: 'Linux 6.1.0',
  now: () => TEST_NOW,
  isProcessAlive: (pid: number) => pid === 4242,
  sleep: () => Promise.resolve(),
};

/** An `Io` with streams in memory. */
export function testIo(options: TestIoOptions = {}): TestIo {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const typed = [...(options.typed ?? [])];
  const { signal } = new AbortController();
  const takeSignals: Io['takeSignals'] = (take) => {
    const stopped: Promise<StopSignal> = options.untilStopped ?? Promise.resolve('SIGTERM');
    void stopped.then(take);
  };
  return {
    ...systemIo(process, [], signal, takeSignals, () => () => undefined),
    ...(options.isReal !== true && FIXED),
    ...(options.fileSteps !== undefined && { fileSteps: options.fileSteps }),
    ...(options.pid !== undefined && { pid: options.pid }),
    stdin: {
      isTerminal: options.stdinIsTerminal ?? false,
      fileId: undefined,
      read: (maxBytes) =>
        Promise.resolve(Buffer.from(options.stdin ?? '').subarray(0, maxBytes + 1)),
    },
    stdout: stream(stdout, {
      isTerminal: options.stdoutIsTerminal,
      columns: options.columns,
      error: options.stdoutError,
      listener: options.onStdout,
    }),
    stderr: stream(stderr, {
      isTerminal: options.stderrIsTerminal,
      columns: options.columns,
      listener: options.onStderr,
    }),
    env: options.env ?? {},
    cwd: options.cwd ?? '/nonexistent',
    promptSecret: (question) => {
      options.onQuestion?.(question);
      const answer = typed.shift();
      return Promise.resolve(
        answer === undefined ? undefined : new SecretBytes(Buffer.from(answer)),
      );
    },
    promptLine: (text) => {
      stderr.push(Buffer.from(text));
      return Promise.resolve(typed.shift());
    },
    stdoutText: () => Buffer.concat(stdout).toString(),
    stderrText: () => Buffer.concat(stderr).toString(),
  };
}

interface StreamOptions {
  readonly isTerminal?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly error?: Error | undefined;
  readonly listener?: ((text: string) => void) | undefined;
}

function stream(
  chunks: Buffer[],
  { isTerminal = false, columns, error, listener }: StreamOptions,
): OutputStream {
  const write = (bytes: Uint8Array): Promise<void> => {
    if (error !== undefined) return Promise.reject(error);
    chunks.push(Buffer.from(bytes));
    listener?.(Buffer.from(bytes).toString());
    return Promise.resolve();
  };
  return { isTerminal, columns, isOpen: true, fileId: undefined, write, writeUntil: write };
}

/**
 * Runs the command line in this process. What makes a process (signals, descriptors, the launcher, the bundle) is not
 * tried like this.
 */
export async function runInProcess(
  argv: readonly string[],
  options: TestIoOptions = {},
): Promise<RunResult> {
  const io = testIo(options);
  const code = await run(createProgram(io, argv), argv, io);
  return { code, stdout: io.stdoutText(), stderr: io.stderrText() };
}
