import type { KmsxError } from '../../base/error.ts';
import type { ManifestLine } from '../../batch/manifest/manifest.ts';
import { nameExists } from '../../stores/backup-rows.ts';
import type { Store } from '../../stores/store.ts';

/** So many names are asked for at once. */
const AT_ONCE = 500;

/** Looks whether the names of lines are free in a store. */
export interface FreeNames {
  /** @throws KmsxError those of `Store.taken` */
  add(line: ManifestLine): Promise<void>;
  /** Asks for what is left; tells how many names were taken. */
  end(): Promise<number>;
}

/** @param onMistake - is told each name that is taken; the message begins with the line */
export function freeNames(
  store: Pick<Store, 'taken' | 'label'>,
  onMistake: (mistake: KmsxError) => Promise<void>,
): FreeNames {
  let waiting = new Map<string, number>();
  let mistakes = 0;
  const ask = async (): Promise<void> => {
    const lines = waiting;
    waiting = new Map();
    for (const name of await store.taken([...lines.keys()])) {
      mistakes += 1;
      const mistake = nameExists(name, store.label);
      await onMistake(
        mistake.with({ message: `line ${lines.get(name) ?? 0}: ${mistake.message}` }),
      );
    }
  };
  return {
    add: async ({ line, name }) => {
      waiting.set(name, line);
      if (waiting.size >= AT_ONCE) await ask();
    },
    end: async () => {
      await ask();
      return mistakes;
    },
  };
}
