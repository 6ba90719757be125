import type { Command } from 'commander';
import { envValue } from '../base/env.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import type { KmsxError } from '../base/error.ts';
import type { Io } from '../terminal/io.ts';
import { hintsFor } from '../terminal/hints/hints.ts';

const VARIABLE = 'KMSX_ENDPOINT';

/** What a connection to an address fails with where KMS is not, or no longer. */
const NOT_THERE: readonly ErrorCode[] = ['network-failed', 'timed-out', 'tls-failed', 'not-kms'];

/**
 * Says of a connection that failed that a variable named the address: `local-kms --env` sets it, and a shell keeps it when
 * that server has ended.
 *
 * @param command - the command that was called, if any
 */
export function namingEndpointVariable(
  error: KmsxError,
  command: Command | undefined,
  { env }: Pick<Io, 'env'>,
): KmsxError {
  const endpoint = envValue(env, VARIABLE);
  const { endpoint: given, gateway } = command?.opts<Record<string, unknown>>() ?? {};
  if (endpoint === undefined || (given ?? gateway) !== undefined) return error;
  const host = endpoint.replace(/^\w+:\/\//, '').replace(/\/$/, '');
  if (!NOT_THERE.some((code) => code === error.code) || !error.message.includes(host)) return error;
  return error.with({
    message: `${error.message}; ${VARIABLE} says that KMS is there`,
    hints: [
      `unset ${VARIABLE} if that is no longer so, as after local-kms ended`,
      ...hintsFor(error),
    ],
  });
}
