import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Env } from '../../../base/env.ts';
import { kmsxError } from '../../../base/error.ts';

/** Where the program that runs looks for compiled code. */
export interface CachePlace {
  readonly Folder: string;
  /** What the name of each file begins with: the build, the version of Node.js and the architecture. */
  readonly Prefix: string;
  /** The commands whose compiled code is there, whole, and would be run. */
  readonly Usable: readonly string[];
}

/** Runs commands of the program in processes of their own, which say what they loaded, or keep it compiled. */
export interface Recorder {
  /** Undefined where the program is one file, which looks for none. */
  place(commands: readonly string[]): Promise<CachePlace | undefined>;
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

/** @throws KmsxError `cache-not-possible`, with what a command said that failed */
export function createRecorder({
  nodeExecutable,
  program,
  env,
  signal,
}: RecorderOptions): Recorder {
  const record = async (args: readonly string[], cwd?: string): Promise<string> => {
    const options = { cwd, env: { ...env }, signal };
    const running = run(nodeExecutable, [program, 'kmsx:record', ...args], options);
    const { stdout } = await running.catch((error: unknown) => {
      signal.throwIfAborted();
      throw failed(args, error);
    });
    return stdout;
  };
  return {
    place: async (commands) => {
      const place = await record(['place', '', commands.join()]);
      return (JSON.parse(place) as CachePlace | null) ?? undefined;
    },
    names: async (file, args, folder) => {
      await record(['names', file, '', ...args], folder);
    },
    code: async (file, names, args, folder) => {
      await record(['code', file, names, ...args], folder);
    },
  };
}

/** What a command says is in lines of `kmsx: error: …`. */
function failed(args: readonly string[], error: unknown): Error {
  const { stderr } = error as { readonly stderr?: string };
  const said = /^kmsx: error: (.*)$/m.exec(stderr ?? '')?.[1];
  if (said === undefined) return error as Error;
  const message = `kmsx ${args.slice(3).join(' ')}, run to compile it, failed: ${said}`;
  return kmsxError('cache-not-possible', message, { cause: error });
}
