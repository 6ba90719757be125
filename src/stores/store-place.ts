import type { BackupPlace } from '../backups/place.ts';
import { STORE_PREFIX } from '../base/place-prefixes.ts';
import type { Store } from './store.ts';

const PAGE = 200;

/** The backups of a store whose names begin with a prefix, each page of them in one statement. */
export function storePlace(store: Pick<Store, 'page'>, prefix: string): BackupPlace {
  return {
    label: `${STORE_PREFIX}${prefix}`,
    list: async function* () {
      let after = '';
      for (;;) {
        const page = await store.page(prefix, after, PAGE);
        for (const { name, text } of page) {
          yield { name, read: () => Promise.resolve(Buffer.from(text)) };
        }
        const last = page.at(-1);
        if (last === undefined || page.length < PAGE) return;
        after = last.name;
      }
    },
  };
}
