import { refusal } from '../refusal.ts';

const MAX_WAITING = 64;

/**
 * Generates key pairs one after the other: RSA keys are slow, and occupy threads that the state's storage needs too.
 */
export class KeyPairQueue {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  /**
   * Generates a key pair after all those requested before.
   *
   * @param make - generates it; its errors are passed on
   * @throws KmsRefusal `Rejected.Throttling` if 64 are already waiting
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
