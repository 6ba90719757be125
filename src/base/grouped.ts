import { setTimeout } from 'node:timers/promises';

/** Hands in one item; resolves when its group was worked on, and rejects with the item's own error. */
export type HandIn<T> = (item: T) => Promise<void>;

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Works on items in groups, one group after the other: what is handed in while a group is worked on is the next one.
 *
 * @param most - so many items are in a group at most
 * @param work - gives an error, or undefined, for each item of the group; what it throws is the error of all
 * @param everyMs - so long is it from the beginning of a group to the next, in milliseconds
 */
export function grouped<T>(
  most: number,
  work: (group: readonly T[]) => Promise<readonly unknown[]>,
  everyMs = 0,
): HandIn<T> {
  let waiting: Waiting<T>[] = [];
  let isWorking = false;
  const workOn = async (group: readonly Waiting<T>[]): Promise<void> => {
    let errors: readonly unknown[];
    try {
      errors = await work(group.map(({ item }) => item));
    } catch (error) {
      errors = group.map(() => error);
    }
    for (const [index, { resolve, reject }] of group.entries()) {
      const error = errors[index];
      if (error === undefined) resolve();
      else reject(error);
    }
  };
  const drain = async (): Promise<void> => {
    isWorking = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, most);
      waiting = waiting.slice(most);
      const pause = everyMs > 0 ? setTimeout(everyMs) : undefined;
      await workOn(group);
      await pause;
    }
    isWorking = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isWorking) void drain();
    });
}
