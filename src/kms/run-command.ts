import { spawn } from 'node:child_process';
import { systemErrorCode } from '../base/error.ts';
import type { Env } from './env.ts';

/** How a command ended: with its output, or in words why there is none. */
export type CommandResult = { readonly stdout: Buffer } | { readonly failure: string };

export interface CommandLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program without a shell. It gets no stdin, and what it writes to stderr goes nowhere: it may be secret.
 * When the time is up, or the signal aborts, it is killed.
 */
export async function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  env: Env,
  limits: CommandLimits,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (result: CommandResult): void => {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', stop);
      child.stdout.destroy(); // it may live on in a child of the child
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      if ('failure' in result) for (const chunk of chunks) chunk.fill(0);
      resolve(result);
    };
    const stop = (): void => {
      end({ failure: 'was interrupted' });
    };
    const timer = setTimeout(() => {
      end({ failure: `did not end within ${limits.timeoutMs / 1000} s` });
    }, limits.timeoutMs);
    limits.signal?.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limits.maxBytes) end({ failure: `says more than ${limits.maxBytes} bytes` });
    });
    child.on('error', (error) => {
      end({ failure: `cannot be run (${systemErrorCode(error) ?? 'unknown'})` });
    });
    child.on('close', (code, signal) => {
      if (code === 0) end({ stdout: Buffer.concat(chunks) });
      else
        end({ failure: code === null ? `was killed by ${signal}` : `ended with status ${code}` });
    });
  });
}
