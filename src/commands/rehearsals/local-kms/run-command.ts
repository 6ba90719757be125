import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Env } from '../../../base/env.ts';
import { kmsxError, systemErrorCode } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';

/**
 * Runs a command with the streams of this process until it ends. Signals are the command's: what a terminal sends reaches
 * it anyway, and what is sent to this process alone is passed on.
 *
 * @returns its exit code; 128 and its number after a signal, as a shell has it
 * @throws KmsxError `file-missing`, `file-unreadable` where it cannot be started
 */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  env: Env,
  io: Pick<Io, 'takeSignals'>,
): Promise<number> {
  const child = spawn(program, args, { env: { ...env }, stdio: 'inherit' });
  io.takeSignals((signal) => {
    if (signal !== 'SIGINT') child.kill(signal);
    return true;
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      const code = systemErrorCode(error) ?? '';
      reject(
        code === 'ENOENT'
          ? kmsxError('file-missing', `there is no command ${program}`, { cause: error })
          : kmsxError('file-unreadable', `${program} cannot be run (${code})`, { cause: error }),
      );
    });
    child.on('exit', (code, signal) => {
      resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal]);
    });
  });
}
