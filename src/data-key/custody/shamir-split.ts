/**
 * Splits a key by Shamir's scheme: any `threshold` of the components make the key, fewer say nothing of it.
 *
 * Each byte of the key is the constant of a random polynomial of degree `threshold - 1` over GF(2^8) with the
 * polynomial of AES (x^8 + x^4 + x^3 + x + 1). A component is the value of each polynomial at the component's own
 * coordinate x, and then x in one byte, never 0: `y1 … yn x`, the form of HashiCorp Vault's shares. Randomness is
 * Node's own: the library takes none.
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
  const copy = new Uint8Array(key); // the library takes no Buffer
  try {
    return (await split(copy, count, threshold)).map(viewOf);
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
  const copies = components.map((component) => new Uint8Array(component));
  try {
    return viewOf(await combine(copies));
  } finally {
    for (const copy of copies) copy.fill(0);
  }
}

/** The coordinate of a component: its last byte. */
export function shamirCoordinate(component: Uint8Array): number {
  return component.at(-1) ?? 0;
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
