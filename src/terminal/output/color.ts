import type { Io, OutputStream } from '../io.ts';
import { envValue } from '../../base/env.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

/**
 * Whether messages on stderr are coloured. In this order: `--color`, NO_COLOR (any value), FORCE_COLOR (`0` and
 * `false` mean off), TERM=dumb, whether stderr is a terminal.
 */
export function colorsStderr(io: Pick<Io, 'env' | 'stderr'>, choice: ColorChoice): boolean {
  return colors(io, io.stderr, choice, true);
}

/** As `colorsStderr`, but a stdout that is not a terminal is coloured only with `--color always`. */
export function colorsStdout(io: Pick<Io, 'env' | 'stdout'>, choice: ColorChoice): boolean {
  return colors(io, io.stdout, choice, io.stdout.isTerminal);
}

function colors(
  io: Pick<Io, 'env'>,
  stream: OutputStream,
  choice: ColorChoice,
  mayForce: boolean,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (envValue(io.env, 'NO_COLOR') !== undefined) return false;
  const forced = envValue(io.env, 'FORCE_COLOR');
  if (forced !== undefined) return mayForce && forced !== '0' && forced !== 'false';
  return stream.isTerminal && envValue(io.env, 'TERM') !== 'dumb';
}
