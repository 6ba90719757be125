import { spawn } from 'node:child_process';
import { timeLimit } from '../../base/abort.ts';
import { systemErrorCode } from '../../base/error.ts';
import type { Env } from '../../base/env.ts';

/** How a command ended: with its output, with a failure in words, or interrupted by its time limit or signal. */
export type CommandResult =
  { readonly stdout: Buffer } | { readonly failure: string } | { readonly interrupted: true };

/** Kills all processes of a group; does nothing if there are none. */
export type KillGroup = (groupId: number) => void;

export interface CommandLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly killGroup: KillGroup;
}

/** How long to wait for output after the command has ended: a process it left behind may keep its stdout open. */
const GRACE_MS = 300;

/**
 * Runs a program without a shell, in a session and process group of its own, without stdin or a terminal. Its
 * stderr is discarded: it may contain secrets. On time-out or abort it is killed with its child processes. If it
 * ends in time, the processes that it leaves behind keep running.
 */
export async function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  env: Env,
  limits: CommandLimits,
): Promise<CommandResult> {
  if (limits.signal?.aborted === true) return { interrupted: true };
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let grace: NodeJS.Timeout | undefined;
    const end = (result: CommandResult): void => {
      limit.end();
      clearTimeout(grace);
      limit.signal.removeEventListener('abort', stop);
      child.stdout.destroy();
      if (!('stdout' in result)) for (const chunk of chunks) chunk.fill(0);
      resolve(result);
    };
    const kill = (result: CommandResult): void => {
      if (child.pid !== undefined) limits.killGroup(child.pid);
      end(result);
    };
    const stop = (): void => {
      kill({ interrupted: true });
    };
    const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (code === 0) end({ stdout: Buffer.concat(chunks) });
      else
        end({ failure: code === null ? `was killed by ${signal}` : `ended with status ${code}` });
    };
    const limit = timeLimit(limits.timeoutMs, () => undefined, limits.signal);
    limit.signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limits.maxBytes) kill({ failure: `printed more than ${limits.maxBytes} bytes` });
    });
    child.on('error', (error) => {
      end({ failure: `cannot be run (${systemErrorCode(error) ?? 'unknown'})` });
    });
    child.on('exit', (code, signal) => {
      grace = setTimeout(() => {
        ended(code, signal);
      }, GRACE_MS);
    });
    child.on('close', ended);
  });
}
