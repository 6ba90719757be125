import type { BackupPlace } from '../backups/place.ts';
import { kmsxError } from '../base/error.ts';
import { STORE_PREFIX } from '../base/place-prefixes.ts';
import { assertStoreName } from './name.ts';
import type { Store } from './store.ts';

const PAGE = 1000;

/** The backups of a store whose names begin with a prefix. Names are listed page by page, and a document is read when it is due. */
export function storePlace(
  store: Pick<Store, 'label' | 'names' | 'read'>,
  prefix: string,
): BackupPlace {
  return {
    label: `${STORE_PREFIX}${prefix}`,
    list: async function* () {
      let after = '';
      for (;;) {
        const names = await store.names(prefix, after, PAGE);
        for (const name of names) {
          assertFollows(name, after, store.label);
          after = name;
          yield {
            name,
            read: async () => {
              assertStoreName(name);
              return await store.read(name);
            },
          };
        }
        if (names.length < PAGE) return;
      }
    },
  };
}

/** @throws KmsxError `store-unsound`: a listing of names that do not grow would leave some out, or never end */
function assertFollows(name: string, after: string, label: string): void {
  if (Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0) return;
  throw kmsxError(
    'store-unsound',
    `the store at ${label} does not give the names of backups in the order of their bytes`,
  );
}
