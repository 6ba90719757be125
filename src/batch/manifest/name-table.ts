import { createHash } from 'node:crypto';

/** Numbers of an entry: three of its digest (96 bits), and its line. */
const WORDS = 4;

const FULL = 0.7;

/**
 * The names of up to millions of lines in little memory: by 96 bits of their SHA-256, which no two names share but by a
 * chance of one in 10^16.
 */
export class NameTable {
  #entries = new Uint32Array(WORDS * 1024);
  #count = 0;

  /**
   * Takes a name, unless it is taken.
   *
   * @param line - from 1
   * @returns the line that has it already
   */
  take(name: string, line: number): number | undefined {
    if (this.#count * WORDS >= this.#entries.length * FULL) this.#grow();
    const digest = createHash('sha256').update(name).digest();
    const entry = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8)] as const;
    const at = this.#find(this.#entries, entry);
    const taken = this.#entries[at + 3] ?? 0;
    if (taken !== 0) return taken;
    this.#entries.set([...entry, line], at);
    this.#count += 1;
    return undefined;
  }

  /** Where an entry is, or is to be. */
  #find(entries: Uint32Array, [a, b, c]: readonly [number, number, number]): number {
    for (let at = (a * WORDS) % entries.length; ; at = (at + WORDS) % entries.length) {
      if (entries[at + 3] === 0) return at;
      if (entries[at] === a && entries[at + 1] === b && entries[at + 2] === c) return at;
    }
  }

  #grow(): void {
    const larger = new Uint32Array(this.#entries.length * 2);
    for (let at = 0; at < this.#entries.length; at += WORDS) {
      const [a = 0, b = 0, c = 0, line = 0] = this.#entries.subarray(at, at + WORDS);
      if (line !== 0) larger.set([a, b, c, line], this.#find(larger, [a, b, c]));
    }
    this.#entries = larger;
  }
}
