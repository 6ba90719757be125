import type { Command } from 'commander';
import { kmsxError } from '../base/error.ts';
import type { Io } from './io.ts';
import { envValue } from '../base/env.ts';
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

/** They write the keys of TLS, what passes in it, or the memory of the process into files or to stderr. */
const TELLING_OPTIONS = [
  '--tls-keylog',
  '--trace-tls',
  '--heapsnapshot-signal',
  '--heapsnapshot-near-heap-limit',
];

/**
 * Refuses an environment in which Node itself would print secrets or stop verifying: with `NODE_DEBUG`
 * it prints request headers, with some of `NODE_OPTIONS` the keys of TLS or its memory, with
 * `NODE_TLS_REJECT_UNAUTHORIZED=0` it trusts anybody. None of these can be undone from inside the process.
 *
 * @throws KmsxError `environment-refused`
 */
export function assertSafeEnvironment(io: Pick<Io, 'env'>): void {
  if (envValue(io.env, 'NODE_DEBUG') !== undefined) {
    throw kmsxError(
      'environment-refused',
      'NODE_DEBUG is set: with it Node.js prints requests and signatures',
      { name: 'NODE_DEBUG' },
    );
  }
  const option = tellingOption(envValue(io.env, 'NODE_OPTIONS') ?? '');
  if (option !== undefined) {
    throw kmsxError(
      'environment-refused',
      `NODE_OPTIONS has ${option}: with it Node.js gives away what kmsx keeps secret`,
      { name: 'NODE_OPTIONS' },
    );
  }
  if (envValue(io.env, 'NODE_TLS_REJECT_UNAUTHORIZED') === '0') {
    throw kmsxError(
      'environment-refused',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: with it Node.js trusts any server',
      { name: 'NODE_TLS_REJECT_UNAUTHORIZED' },
    );
  }
}

/** The option of `NODE_OPTIONS` that writes secrets somewhere. Node reads quotes, and an underscore as a hyphen. */
function tellingOption(options: string): string | undefined {
  const words = options.replaceAll(/["\\]/g, '').replaceAll('_', '-').split(/\s+/);
  const names = words.map((word) => word.replace(/=.*/s, ''));
  return TELLING_OPTIONS.find((option) => names.includes(option));
}
