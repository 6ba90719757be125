import * as crypto from 'node:crypto';

/** In Node since 20.12; it takes half the time of `createHash`. */
const { hash }: { readonly hash?: typeof crypto.hash } = crypto;

/**
 * Hashes data in one call.
 *
 * @param data - bytes, or text that is hashed as UTF-8
 * @param encoding - of the hash: hexadecimal, or one character per byte
 */
export function digest(
  algorithm: 'sha256' | 'sm3',
  data: string | Buffer,
  encoding: 'hex' | 'binary',
): string {
  return (
    hash?.(algorithm, data, encoding) ?? crypto.createHash(algorithm).update(data).digest(encoding)
  );
}
