import { hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../identifiers.ts';

/** Gives the random bytes for something that a seed leaves out; the name says for what. */
export type BytesFor = (name: string) => RandomBytes;

/**
 * Random bytes that are the same each time: HKDF-SHA256 (RFC 5869) of the text, with the salt `kmsx-local-kms-seed/1`
 * and the name as info.
 *
 * @param text - DeriveFrom of the seed; undefined takes real random bytes
 */
export function bytesForSeed(text: string | undefined, randomBytes: RandomBytes): BytesFor {
  if (text === undefined) return () => randomBytes;
  return (name) => (length) =>
    Buffer.from(hkdfSync('sha256', text, 'kmsx-local-kms-seed/1', name, length));
}
