import { kmsxError } from '../../base/error.ts';

/**
 * Reads `--rate`: calls a second, more than 0.
 *
 * @throws KmsxError `bad-usage`
 */
export function readRate(text: string): number {
  const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw kmsxError('bad-usage', '--rate takes calls a second, more than 0, as in --rate 100');
}
