import { inspect } from 'node:util';

/**
 * A Buffer for secret bytes, all zero. Its memory is outside the heap of V8, which would keep up to 64 bytes within,
 * move them about when it collects, and leave behind what it moved: overwriting the Buffer would miss those copies.
 */
export function secretBuffer(length: number): Buffer {
  return Buffer.from(new ArrayBuffer(length));
}

/** A copy of secret bytes, in memory as that of `secretBuffer`. The caller overwrites both. */
export function secretCopy(bytes: Uint8Array): Buffer {
  const copy = secretBuffer(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * Secret bytes with one owner, who overwrites them after use. Printing or serialising the object
 * shows that there is a secret and nothing of it.
 *
 * What the overwriting buys: the bytes of this Buffer are gone. Copies that the runtime or OpenSSL made
 * are not (see SECURITY.md).
 */
export class SecretBytes {
  readonly #bytes: Buffer;

  /** @param bytes - becomes the object's own; the caller keeps no other use of it */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The bytes themselves: a view, not a copy. All zero after `dispose`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Overwrites the bytes with zeros. May be called twice. */
  dispose(): void {
    this.#bytes.fill(0);
  }

  toJSON(): string {
    return '[secret]';
  }

  toString(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** Runs `use` and overwrites the secret afterwards, whatever happens. */
export async function usingSecret<T>(
  secret: SecretBytes,
  use: (secret: SecretBytes) => T | Promise<T>,
): Promise<T> {
  try {
    return await use(secret);
  } finally {
    secret.dispose();
  }
}
