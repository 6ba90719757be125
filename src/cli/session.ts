import type { Command } from 'commander';
import { kmsxError } from '../base/error.ts';
import type { Io } from './io.ts';
import { fromEnv } from './io.ts';
import type { GlobalOptions } from './options.ts';
import { globalOptions } from './options.ts';
import type { Reporter } from './reporter.ts';
import { createReporter } from './reporter.ts';

/** What the action of a command works with: the world, the options of every command, and stderr in words. */
export interface Session {
  readonly io: Io;
  readonly options: GlobalOptions;
  readonly reporter: Reporter;
}

export function createSession(command: Command, io: Io): Session {
  const options = globalOptions(command);
  return { io, options, reporter: createReporter(io, options) };
}

/**
 * Refuses an environment in which Node itself would print secrets or stop verifying: with `NODE_DEBUG`
 * it prints request headers, with `NODE_TLS_REJECT_UNAUTHORIZED=0` it trusts anybody. Neither can be
 * undone from inside the process.
 *
 * @throws KmsxError `environment-refused`
 */
export function assertSafeEnvironment(io: Pick<Io, 'env'>): void {
  if (fromEnv(io, 'NODE_DEBUG') !== undefined) {
    throw kmsxError(
      'environment-refused',
      'NODE_DEBUG is set: with it Node.js prints requests and signatures',
      { name: 'NODE_DEBUG' },
    );
  }
  if (fromEnv(io, 'NODE_TLS_REJECT_UNAUTHORIZED') === '0') {
    throw kmsxError(
      'environment-refused',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: with it Node.js trusts any server',
      { name: 'NODE_TLS_REJECT_UNAUTHORIZED' },
    );
  }
}
