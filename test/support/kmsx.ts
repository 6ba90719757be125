import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, inject } from 'vitest';
import type { RunResult } from './run-result.ts';
import type { TestIoOptions } from './test-io.ts';
import type { StopSignal } from '../../src/terminal/exit-codes.ts';
import { SIGNAL_EXIT_CODES } from '../../src/terminal/exit-codes.ts';

/** The launcher of the built program. */
export const KMSX = fileURLToPath(new URL('../../bin/kmsx.js', import.meta.url));

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Buffer;
}

/** An environment of a test's own: nothing of the one that runs the tests, and no way off this machine. */
export function cleanEnv(
  home: string,
  more: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
    ...more,
  };
}

export function startKmsx(
  args: readonly string[],
  options: RunOptions,
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [KMSX, ...args], {
    cwd: options.cwd,
    env: cleanEnv(options.cwd, options.env),
  });
}

/** Waits for a process that was started, and collects what it says. */
export async function finish(child: ChildProcessWithoutNullStreams): Promise<RunResult> {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  // What kmsx ends by of its own accord is an exit code to a shell; who is killed has none.
  const codes: Partial<Record<NodeJS.Signals, number>> = SIGNAL_EXIT_CODES;
  return { code: signal === null ? code : (codes[signal] ?? null), stdout, stderr };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether `kmsx` runs in the process of the tests, which is faster, or is the real program. */
    readonly kmsxRunsHere: boolean | undefined;
  }
}

/**
 * Runs the program: in a process of its own, or in this one, as the project of the test says. The tests of
 * test/commands/life and test/commands/whole run both ways.
 */
export async function kmsx(args: readonly string[], options: RunOptions): Promise<RunResult> {
  if (inject('kmsxRunsHere') === true) {
    return await runHere(args, options);
  }
  const child = startKmsx(args, options);
  child.stdin.on('error', () => undefined); // a program that reads no stdin may close it
  child.stdin.end(options.stdin ?? '');
  return await finish(child);
}

/** Nobody stops the program, as in a process of its own. */
const NEVER = new Promise<never>(() => undefined);

/** Runs the program in this process, with the real clock, network and file system. */
async function runHere(
  args: readonly string[],
  options: RunOptions & TestIoOptions,
): Promise<RunResult> {
  const { runInProcess } = await import('./test-io.ts');
  const env = cleanEnv(options.cwd, options.env);
  const untilStopped = options.untilStopped ?? NEVER;
  return await runInProcess(args, { ...options, untilStopped, env, isReal: true });
}

/** Runs a line of bash in which `$KMSX` is the real program. */
export async function shell(
  line: string,
  { cwd, env }: Omit<RunOptions, 'stdin'>,
): Promise<RunResult> {
  const child = spawn('bash', ['-c', line], {
    cwd,
    env: cleanEnv(cwd, { KMSX: `${process.execPath} ${KMSX}`, ...env }),
  });
  child.stdin.end();
  return await finish(child);
}

/** Runs the program and expects it to succeed; gives its stdout. */
export async function kmsxOk(args: readonly string[], options: RunOptions): Promise<string> {
  const result = await kmsx(args, options);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result.stdout;
}

export interface Announcement {
  readonly Endpoint: string;
  readonly Region: string;
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
  readonly Keys: readonly { KeyId: string; Aliases: readonly string[]; KeySpec: string }[];
}

export interface Server {
  /** Not where the program runs in this process. */
  readonly child: ChildProcessWithoutNullStreams;
  /** Hears what the server says on standard error, from now on. */
  readonly onLog: (listener: (text: string) => void) => void;
  readonly announcement: Announcement;
  /** Options and environment that lead a command to this server. */
  readonly endpoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Starts `kmsx local-kms` for one test, and stops it when the test ends. */
export function useLocalKms(): (options: RunOptions, args?: readonly string[]) => Promise<Server> {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  return async (options, args = []) => {
    const { server, stop } = await startServer(args, options);
    stops.push(stop);
    return server;
  };
}

/** Starts `kmsx local-kms`, as `kmsx` runs a command. */
export async function startServer(
  args: readonly string[],
  options: RunOptions,
): Promise<{ readonly server: Server; readonly stop: () => Promise<void> }> {
  if (inject('kmsxRunsHere') === true) return await startServerHere(args, options);
  const child = startKmsx(['local-kms', ...args], options);
  return { server: await announced(child), stop: () => stopServer(child) };
}

async function startServerHere(
  args: readonly string[],
  options: RunOptions,
): ReturnType<typeof startServer> {
  let stop: (() => void) | undefined;
  const untilStopped = new Promise<StopSignal>((resolve) => {
    stop = () => {
      resolve('SIGTERM');
    };
  });
  const listeners: ((text: string) => void)[] = [];
  let ended: Promise<RunResult> | undefined;
  const line = await new Promise<string>((resolve, reject) => {
    ended = runHere(['local-kms', ...args], {
      ...options,
      untilStopped,
      onStdout: resolve,
      onStderr: (text) => {
        for (const listener of listeners) listener(text);
      },
    });
    ended.then(({ stderr }) => {
      reject(new Error(stderr));
    }, reject);
  });
  const server = {
    ...serverOf(line),
    onLog: (listener: (text: string) => void) => void listeners.push(listener),
  };
  Object.defineProperty(server, 'child', {
    get: () => {
      throw new Error('the server runs in this process: such a test belongs into test/e2e');
    },
  });
  return {
    server: server as Server,
    stop: async () => {
      stop?.();
      await ended;
    },
  };
}

/** Waits until a `kmsx local-kms` that was started says where it listens. */
export async function announced(child: ChildProcessWithoutNullStreams): Promise<Server> {
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return {
    child,
    onLog: (listener) =>
      child.stderr.on('data', (chunk: Buffer) => {
        listener(chunk.toString());
      }),
    ...serverOf(line),
  };
}

function serverOf(line: string): Omit<Server, 'child' | 'onLog'> {
  const announcement = JSON.parse(line) as Announcement;
  return {
    announcement,
    endpoint: ['--endpoint', announcement.Endpoint],
    env: {
      ALIBABA_CLOUD_ACCESS_KEY_ID: announcement.AccessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: announcement.AccessKeySecret,
      ALIBABA_CLOUD_REGION_ID: announcement.Region,
    },
  };
}

/** Stops a server, and waits until it is gone. */
export async function stopServer(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}
