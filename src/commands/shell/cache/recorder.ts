import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Env } from '../../../base/env.ts';

/** Where the program that runs looks for compiled code. */
export interface CachePlace {
  readonly Folder: string;
  /** What the name of each file begins with: the build, the version of Node.js and the architecture. */
  readonly Prefix: string;
}

/** Runs commands of the program in processes of their own, which say what they loaded, or keep it compiled. */
export interface Recorder {
  /** Undefined where the program is one file, which looks for none. */
  place(): Promise<CachePlace | undefined>;
  /** Writes the names of what a command loads into a file. */
  names(file: string, args: readonly string[], folder: string): Promise<void>;
  /** Writes what a command loads into a file, compiled. */
  code(file: string, names: string, args: readonly string[], folder: string): Promise<void>;
}

interface RecorderOptions {
  readonly nodeExecutable: string;
  /** The file that starts the program, as it was started. */
  readonly program: string;
  readonly env: Env;
  readonly signal: AbortSignal;
}

const run = promisify(execFile);

export function createRecorder({
  nodeExecutable,
  program,
  env,
  signal,
}: RecorderOptions): Recorder {
  const record = async (args: readonly string[], cwd?: string): Promise<string> => {
    const { stdout } = await run(nodeExecutable, [program, 'kmsx:record', ...args], {
      cwd,
      env: { ...env },
      signal,
    });
    return stdout;
  };
  return {
    place: async () =>
      (JSON.parse(await record(['place', '', ''])) as CachePlace | null) ?? undefined,
    names: async (file, args, folder) => {
      await record(['names', file, '', ...args], folder);
    },
    code: async (file, names, args, folder) => {
      await record(['code', file, names, ...args], folder);
    },
  };
}
