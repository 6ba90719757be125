import type { Command } from 'commander';
import { kmsxError } from '../base/error.ts';
import type { Io } from './io.ts';
import { envValue } from '../base/env.ts';
import type { GlobalOptions } from './options.ts';
import { globalOptions } from './options.ts';
import type { Reporter } from './reporter.ts';
import { createReporter } from './reporter.ts';

/** What the action of a command works with: the system, the global options, and messages on stderr. */
export interface Session {
  readonly io: Io;
  readonly options: GlobalOptions;
  readonly reporter: Reporter;
}

/** Makes the session of a command that has been parsed. */
export function createSession(command: Command, system: Io): Session {
  const options = globalOptions(command);
  const io = options.input ? system : { ...system, mayAsk: false };
  return { io, options, reporter: createReporter(io, options) };
}

/**
 * These options write TLS keys, TLS traffic, the environment (reports) or process memory to files or stderr, or let a
 * debugger read memory. One that ends with a hyphen is the beginning of several.
 */
const TELLING_OPTIONS = [
  '--tls-keylog',
  '--trace-tls',
  '--heapsnapshot-',
  '--heap-prof',
  '--report-',
  '--experimental-report',
  '--abort-on-uncaught-exception',
  '--inspect',
  '--inspect-',
];

/**
 * Refuses an environment in which Node itself would print secrets or skip verification: `NODE_DEBUG` prints request
 * headers, some of `NODE_OPTIONS` write TLS keys or memory, and `NODE_TLS_REJECT_UNAUTHORIZED=0` trusts any
 * server. None of these can be undone from inside the process.
 *
 * @throws KmsxError `environment-refused`
 */
export function assertSafeEnvironment(io: Pick<Io, 'env'>): void {
  if (envValue(io.env, 'NODE_DEBUG') !== undefined) {
    throw kmsxError(
      'environment-refused',
      'NODE_DEBUG is set: Node.js would print requests and signatures',
      { details: { name: 'NODE_DEBUG' } },
    );
  }
  const option = tellingOption(envValue(io.env, 'NODE_OPTIONS') ?? '');
  if (option !== undefined) {
    throw kmsxError(
      'environment-refused',
      `NODE_OPTIONS has ${option}: Node.js would reveal what kmsx keeps secret`,
      { details: { name: 'NODE_OPTIONS' } },
    );
  }
  if (envValue(io.env, 'NODE_TLS_REJECT_UNAUTHORIZED') === '0') {
    throw kmsxError(
      'environment-refused',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: Node.js would trust any server',
      { details: { name: 'NODE_TLS_REJECT_UNAUTHORIZED' } },
    );
  }
}

/** The first option in `NODE_OPTIONS` that writes secrets. Node accepts quotes, and underscores for hyphens. */
function tellingOption(options: string): string | undefined {
  const words = options.replaceAll(/["\\]/g, '').replaceAll('_', '-').split(/\s+/);
  const names = words.map((word) => word.replace(/=.*/s, ''));
  return names.find((name) =>
    TELLING_OPTIONS.some((option) =>
      option.endsWith('-') ? name.startsWith(option) : name === option,
    ),
  );
}
