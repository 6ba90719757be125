import { envValue } from '../../base/env.ts';
import type { Io, OutputStream } from '../io.ts';

/** Where nobody has a terminal of some width, and the most that is easily read. */
const WIDEST = 100;

/** Of a terminal that does not tell. */
const USUAL = 80;

/** Nothing is made to fit a narrower terminal. */
const NARROWEST = 40;

/** In how many columns a text for people is written to a stream: as many as the terminal has, from 40 to 100; else 100. */
export function textWidth(stream: OutputStream, { env }: Pick<Io, 'env'>): number {
  if (!stream.isTerminal) return WIDEST;
  const told = envValue(env, 'COLUMNS') ?? '';
  const columns = /^[1-9]\d{0,4}$/.test(told) ? Number(told) : stream.columns;
  return Math.min(WIDEST, Math.max(NARROWEST, columns ?? USUAL));
}
