import { kmsxError } from '../base/error.ts';
import { STORE_PREFIX } from '../base/place-prefixes.ts';

/** As `kmsx batch` has it, since a backup can become a file; JavaScript and PostgreSQL read it alike. */
export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$';

/**
 * Checks the name of a backup in a store.
 *
 * @throws KmsxError `store-name-malformed`
 */
export function assertStoreName(name: string): void {
  if (new RegExp(NAME_PATTERN).test(name)) return;
  throw kmsxError(
    'store-name-malformed',
    `${STORE_PREFIX}${name} has a name that no backup can have`,
    {
      details: { name },
    },
  );
}
