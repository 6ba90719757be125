import { KmsxError } from '../base/error.ts';
import type { HandIn } from '../base/grouped.ts';
import { grouped } from '../base/grouped.ts';

/** How several items go into a database, and how one does. */
export interface Keeping<T> {
  /** One transaction for all. Gives whether each is there. */
  readonly together: (items: readonly T[]) => Promise<boolean>;
  /** @throws KmsxError why it is not kept */
  readonly alone: (item: T) => Promise<void>;
}

/**
 * Keeps items that are handed in at once in one transaction. Where not all can be kept together, each is kept by itself, and
 * has an error of its own.
 *
 * @param most - so many are in a transaction at most
 */
export function keptTogether<T>(most: number, { together, alone }: Keeping<T>): HandIn<T> {
  return grouped(most, async (items: readonly T[]) => {
    if (items.length > 1) {
      try {
        if (await together(items)) return [];
      } catch (error) {
        if (!(error instanceof KmsxError)) throw error;
      }
    }
    const errors: unknown[] = [];
    for (const item of items) {
      errors.push(
        await alone(item).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
    }
    return errors;
  });
}
