/** How long KMS is given to notice a slow-down before there is another, in milliseconds. */
const CALM_MS = 500;

/**
 * How many lines are worked on at once: as many as were asked for; half of them each time KMS throttles, then more again,
 * one for each round that went well (additive increase, multiplicative decrease).
 */
export class Window {
  readonly #most: number;
  readonly #monotonicMs: () => number;
  #size: number;
  #taken = 0;
  #slowedAt = -Infinity;
  #waiting: (() => void)[] = [];

  constructor(most: number, monotonicMs: () => number) {
    this.#most = most;
    this.#size = most;
    this.#monotonicMs = monotonicMs;
  }

  /** How many there may be now. */
  get size(): number {
    return Math.max(1, Math.floor(this.#size));
  }

  /** Waits for a place. */
  async take(): Promise<void> {
    while (this.#taken >= this.size) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#taken += 1;
  }

  /** Gives a place back. */
  leave(): void {
    this.#taken -= 1;
    this.#size = Math.min(this.#most, this.#size + 1 / this.#size);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** KMS throttles. */
  slowDown(): void {
    const now = this.#monotonicMs();
    if (now - this.#slowedAt < CALM_MS) return;
    this.#slowedAt = now;
    this.#size = Math.max(1, this.#size / 2);
  }
}
