import { refusal } from '../refusal.ts';

const MAX_WAITING = 64;

/**
 * Lets key pairs be made one after the other. RSA keys take their time, on threads that the state's storage needs too.
 */
export class KeyPairQueue {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  /**
   * Makes a key pair after all that were asked for before.
   *
   * @param make - makes it; what it throws goes on to the caller
   * @throws KmsRefusal `Rejected.Throttling` where one is being made and 64 wait already
   */
  async run<T>(make: () => Promise<T>): Promise<T> {
    if (this.#count > MAX_WAITING) throw refusal('Rejected.Throttling');
    this.#count += 1;
    const made = this.#last.then(make);
    this.#last = made.catch(() => undefined);
    try {
      return await made;
    } finally {
      this.#count -= 1;
    }
  }
}
