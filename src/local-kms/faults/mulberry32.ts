/**
 * Mulberry32, Tommy Ettinger's generator of 32 bits of state (public domain, 2017): the same seed gives the same
 * numbers on every machine. It chooses which calls a fault strikes, and is no source of keys.
 *
 * @param seed - 32 bits
 * @returns gives the next number at each call: at least 0, less than 1
 */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
