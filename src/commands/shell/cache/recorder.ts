import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Env } from '../../../base/env.ts';
import { kmsxError } from '../../../base/error.ts';
import type { CompiledPlace } from '../../../base/own-programs.ts';
import { RECORD } from '../../../base/own-programs.ts';
import type { Io } from '../../../terminal/io.ts';

/** Runs commands of the program in processes of their own, which say what they loaded, or keep it compiled. */
export interface Recorder {
  /** Undefined where the program is one file, which looks for none. */
  place(commands: readonly string[]): Promise<CompiledPlace | undefined>;
  /** Writes the names of what a command loads into a file. */
  names(file: string, args: readonly string[], folder: string): Promise<void>;
  /** Writes what a command loads into a file, compiled. */
  code(file: string, names: string, args: readonly string[], folder: string): Promise<void>;
}

const run = promisify(execFile);

/**
 * @param env - the whole environment of those processes
 * @throws KmsxError `cache-not-possible`, with what a command said that failed
 */
export function createRecorder({ nodeExecutable, programFiles, signal }: Io, env: Env): Recorder {
  const [program = ''] = programFiles;
  const record = async (args: readonly string[], cwd?: string): Promise<string> => {
    const options = { cwd, env: { ...env }, signal };
    const running = run(nodeExecutable, [program, RECORD, ...args], options);
    const { stdout } = await running.catch((error: unknown) => {
      signal.throwIfAborted();
      throw failed(args, error);
    });
    return stdout;
  };
  return {
    place: async (commands) => {
      const place = await record(['place', '', commands.join()]);
      return (JSON.parse(place) as CompiledPlace | null) ?? undefined;
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
