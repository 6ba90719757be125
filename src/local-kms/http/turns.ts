/** So many requests are worked on in one turn of the event loop: a few milliseconds. */
const AT_ONCE = 16;

/**
 * Lets requests through one after the other, a few in each turn of the event loop. Node accepts one connection in a turn
 * (libuv since 1.45): were all requests of a turn worked on in it, hundreds of new connections would wait for seconds while
 * those before them are served again and again. So while connections are being accepted, a turn has one request.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #hasAccepted = false;
  #isAwaited = false;

  /** Notes that a connection was accepted in this turn. */
  accepted(): void {
    this.#hasAccepted = true;
  }

  /** Resolves when it is the turn of a request. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#await();
    });
  }

  #await(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    setImmediate(() => {
      this.#isAwaited = false;
      for (const go of this.#waiting.splice(0, this.#hasAccepted ? 1 : AT_ONCE)) go();
      this.#hasAccepted = false;
      if (this.#waiting.length > 0) this.#await();
    });
  }
}
