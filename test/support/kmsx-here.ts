import type { Io, OutputStream } from '../../src/terminal/io.ts';
import { createProgram } from '../../src/program/program.ts';
import { run } from '../../src/program/run.ts';
import { systemIo } from '../../src/terminal/system-io.ts';

/** One run of the program in this process. */
interface RunHere {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | Buffer;
  /** For `local-kms`: resolves when it is to stop. */
  readonly untilStopped?: Promise<void>;
  /** They see what is written, as it is written. */
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

/**
 * Runs the program in this process, in a folder and an environment of its own, with the real clock, network and
 * file system. What makes a process (signals, descriptors, the launcher, the bundle) is not tried like this.
 */
export async function runHere(
  options: RunHere,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  const { untilStopped = Promise.resolve() } = options;
  const io: Io = {
    ...systemIo(process, new AbortController().signal, () => untilStopped),
    stdin: {
      isTerminal: false,
      fileId: undefined,
      read: (maxBytes) =>
        Promise.resolve(Buffer.from(options.stdin ?? '').subarray(0, maxBytes + 1)),
    },
    stdout: collecting(stdout, options.onStdout),
    stderr: collecting(stderr, options.onStderr),
    env: options.env,
    cwd: options.cwd,
    promptSecret: () => Promise.resolve(undefined),
  };
  const code = await run(createProgram(io, options.args), options.args, io);
  return {
    code,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}

function collecting(chunks: Buffer[], listener?: (text: string) => void): OutputStream {
  const write = (bytes: Uint8Array): Promise<void> => {
    chunks.push(Buffer.from(bytes));
    listener?.(Buffer.from(bytes).toString());
    return Promise.resolve();
  };
  return { isTerminal: false, fileId: undefined, write, writeUntil: write };
}
