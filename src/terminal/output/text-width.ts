import { envValue } from '../../base/env.ts';
import type { Io, OutputStream } from '../io.ts';

/** Where nobody has a terminal of some width, and the most that is easily read. */
export const WIDEST = 100;

/** Of a terminal that does not tell. */
const USUAL = 80;

/** Nothing is made to fit a narrower terminal. */
const NARROWEST = 40;

/**
 * In how many columns a table is written to a stream: as many as the terminal has, at least 40; elsewhere 100. COLUMNS
 * wins over what the terminal tells.
 */
export function tableWidth(stream: OutputStream, { env }: Pick<Io, 'env'>): number {
  if (!stream.isTerminal) return WIDEST;
  const told = envValue(env, 'COLUMNS') ?? '';
  const columns = /^[1-9]\d{0,4}$/.test(told) ? Number(told) : stream.columns;
  return Math.max(NARROWEST, columns ?? USUAL);
}

/** As `tableWidth`, for lines of words: at most 100. */
export function textWidth(stream: OutputStream, io: Pick<Io, 'env'>): number {
  return Math.min(WIDEST, tableWidth(stream, io));
}
