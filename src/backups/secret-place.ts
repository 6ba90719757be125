import { kmsxError } from '../base/error.ts';
import { SECRET_PREFIX } from '../base/place-prefixes.ts';
import { assertSecretName, readSecretBackup } from '../data-key/secret-backup.ts';
import { readAllPages } from '../kms/all-pages.ts';
import type { KmsClient } from '../kms/types.ts';
import type { OpenedPlace } from './opened-place.ts';

/**
 * The generic secrets of KMS whose names begin with a prefix: ListSecrets, and GetSecretValue for each. No other kind of
 * secret is read.
 *
 * @param kms - called when the place is listed
 * @throws KmsxError those of `assertSecretPrefix`
 */
export function openSecretPlace(prefix: string, kms: () => Promise<KmsClient>): OpenedPlace {
  assertSecretPrefix(prefix);
  let skipped = 0;
  return {
    place: {
      label: SECRET_PREFIX + prefix,
      list: async function* () {
        const client = await kms();
        const secrets = await namesOf(prefix, client);
        skipped = secrets.skipped;
        for (const name of secrets.names) {
          yield { name, read: () => readSecretBackup(name, client) };
        }
      },
    },
    id: SECRET_PREFIX,
    folder: undefined,
    isInKms: true,
    unrecognised: 'other',
    skipped: () => skipped,
  };
}

/**
 * Checks the beginning of names of secrets: at least one character, since who asks for all secrets reads passwords.
 *
 * @throws KmsxError `bad-usage`, `secret-name-malformed`
 */
export function assertSecretPrefix(prefix: string): void {
  if (prefix !== '') {
    assertSecretName(prefix);
    return;
  }
  throw kmsxError('bad-usage', `${SECRET_PREFIX} needs the beginning of the names of secrets`, {
    hints: [`as in ${SECRET_PREFIX}backup-: every secret whose name begins so is read`],
  });
}

async function namesOf(
  prefix: string,
  kms: KmsClient,
): Promise<{ readonly names: readonly string[]; readonly skipped: number }> {
  const names: string[] = [];
  let skipped = 0;
  const isWhole = await readAllPages(
    { action: 'ListSecrets', page: (page) => kms.listSecrets(page), idOf: ({ name }) => name },
    (secrets) => {
      for (const { name, type = 'Generic' } of secrets) {
        if (!name.startsWith(prefix)) continue;
        if (type === 'Generic') names.push(name);
        else skipped += 1;
      }
      return Promise.resolve();
    },
  );
  if (isWhole) return { names: names.sort(), skipped };
  const message = 'KMS did not give the whole list of secrets: some may be missing';
  throw kmsxError('keys-incomplete', message);
}
