const FIRST_SLOTS = 1024;

/** 64 bits of a hash, as two words of 32 bits. */
export type Fingerprint = readonly [high: number, low: number];

/**
 * A set of fingerprints that only grows, in eight bytes for a slot, of which half are used at most. Among ten million, one
 * that is not there is taken for one that is with a probability of 10⁻¹².
 */
export class FingerprintSet {
  /** High and low word in turn; both are zero where a slot is free. */
  #slots = new Uint32Array(2 * FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(fingerprint: Fingerprint): boolean {
    return this.#isAt(this.#find(fingerprint));
  }

  /** Adds one that is not there. */
  add(fingerprint: Fingerprint): void {
    if (4 * (this.#size + 1) > this.#slots.length) this.#grow();
    this.#put(fingerprint);
    this.#size += 1;
  }

  /** Where a fingerprint is, or would be. */
  #find([high, low]: Fingerprint): number {
    const slots = this.#slots;
    const last = slots.length - 2;
    let at = (2 * high) & last;
    while (this.#isAt(at) && (slots[at] !== high || slots[at + 1] !== low)) at = (at + 2) & last;
    return at;
  }

  #isAt(at: number): boolean {
    return this.#slots[at] !== 0 || this.#slots[at + 1] !== 0;
  }

  #put(fingerprint: Fingerprint): void {
    const at = this.#find(fingerprint);
    [this.#slots[at], this.#slots[at + 1]] = fingerprint;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2) {
      const [high = 0, low = 0] = [old[at], old[at + 1]];
      if (high !== 0 || low !== 0) this.#put([high, low]);
    }
  }
}
