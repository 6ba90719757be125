import { secretBuffer, secretCopy } from '../../base/bytes/secret-bytes.ts';

/**
 * Splits a key into components that are all needed: random ones, and a last one that is the key with all the others
 * added to it (exclusive or). All but one of them together are random bytes, independent of the key.
 *
 * @param count - how many components, at least 2
 * @param randomBytes - a cryptographic source of randomness
 * @returns the components, each as long as the key; the caller overwrites them
 */
export function splitByXor(
  key: Uint8Array,
  count: number,
  randomBytes: (length: number) => Buffer,
): Buffer[] {
  const components = Array.from({ length: count - 1 }, () => {
    const random = randomBytes(key.length);
    const component = secretCopy(random);
    random.fill(0);
    return component;
  });
  return [...components, joinByXor([key, ...components])];
}

/**
 * Puts all components of an XOR split together, in any order.
 *
 * @param components - of one length
 * @returns the key, which the caller overwrites
 */
export function joinByXor(components: readonly Uint8Array[]): Buffer {
  const key = secretBuffer(components[0]?.length ?? 0);
  for (const component of components) {
    for (const [index, byte] of component.entries()) key[index] = (key[index] ?? 0) ^ byte;
  }
  return key;
}
