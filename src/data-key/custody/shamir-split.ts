import { secretCopy } from '../../base/bytes/secret-bytes.ts';

/**
 * Splits a key by Shamir's scheme: any `threshold` of the components make the key, fewer reveal nothing about it.
 *
 * Each byte of the key is the constant of a random polynomial of degree `threshold - 1` over GF(2^8) with the
 * polynomial of AES (x^8 + x^4 + x^3 + x + 1). A component is the value of each polynomial at the component's own
 * coordinate x, and then x in one byte, never 0: `y1 … yn x`, the form of HashiCorp Vault's shares. Randomness is
 * Node's own: the library has no parameter for it.
 *
 * @param count - how many components, 2 to 255
 * @param threshold - how many of them are needed, 2 to `count`
 * @returns the components, each a byte longer than the key; the caller overwrites them
 */
export async function splitByShamir(
  key: Uint8Array,
  count: number,
  threshold: number,
): Promise<Buffer[]> {
  const { split } = await import('shamir-secret-sharing');
  const copy = plainCopy(key);
  try {
    return (await split(copy, count, threshold)).map(takeOver);
  } finally {
    copy.fill(0);
  }
}

/**
 * Puts components of a Shamir split together, in any order. Too few of them, or changed ones, give another key: the
 * caller checks it.
 *
 * @param components - at least 2, of one length, no coordinate twice
 * @returns the key, which the caller overwrites
 */
export async function joinByShamir(components: readonly Uint8Array[]): Promise<Buffer> {
  const { combine } = await import('shamir-secret-sharing');
  const copies = components.map(plainCopy);
  try {
    return takeOver(await combine(copies));
  } finally {
    for (const copy of copies) copy.fill(0);
  }
}

/** The library does not accept a Buffer. */
function plainCopy(bytes: Uint8Array): Uint8Array {
  const copy = secretCopy(bytes);
  return new Uint8Array(copy.buffer, copy.byteOffset, copy.length);
}

/**
 * The library's own arrays are in the heap of V8. They are overwritten before anything asks for their `buffer`, which
 * would put a copy elsewhere; what the garbage collector has moved by then is out of reach.
 */
function takeOver(bytes: Uint8Array): Buffer {
  const own = secretCopy(bytes);
  bytes.fill(0);
  return own;
}
