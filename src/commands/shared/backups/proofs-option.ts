import { kmsxError } from '../../../base/error.ts';
import { absolutePath } from '../../../base/files/absolute-path.ts';
import { STORE_PREFIX } from '../../../base/place-prefixes.ts';
import type { KnownProofs } from '../../../backups/proofs.ts';
import { collectProofs, NO_PROOFS, readProofs } from '../../../backups/proofs.ts';
import type { Connection } from '../../../stores/connection.ts';
import type { Session } from '../../../terminal/session.ts';
import type { StoreOptions } from '../store/store-options.ts';
import { planStoreOf, tellStore } from '../store/store-options.ts';
import { warnOfProofs } from './warn-of-proofs.ts';

/** The proofs that `--proofs` names. */
export interface ProofsAt {
  readonly proofs: KnownProofs;
  /** A folder, from the root; undefined for another place, or none. */
  readonly folder: string | undefined;
  /** Makes a connection to the store; undefined where they are in none. */
  readonly connect: (() => Connection) | undefined;
}

/**
 * Reads all proofs of a folder, or of the store, and warns of those that count for nothing.
 *
 * @param place - as it was given: a folder, `store:`, or undefined for none
 * @throws KmsxError those of `readProofs`, of `planStoreOf` and of the store; `bad-usage` for `store:NAME`
 */
export async function readProofsAt(
  place: string | undefined,
  options: StoreOptions,
  session: Session,
): Promise<ProofsAt> {
  if (place === undefined) return { proofs: NO_PROOFS, folder: undefined, connect: undefined };
  if (!place.startsWith(STORE_PREFIX)) {
    const folder = absolutePath(session.io.cwd, place);
    const proofs = await readProofs(folder, place, session.io.now());
    await warnOfProofs(proofs, session);
    return { proofs, folder, connect: undefined };
  }
  if (place !== STORE_PREFIX) {
    throw kmsxError('bad-usage', `--proofs ${place}: proofs of a store are at ${STORE_PREFIX}`, {
      hints: [`give --proofs ${STORE_PREFIX}`],
    });
  }
  const { plan } = await planStoreOf(`--proofs ${place}`, options, session);
  await tellStore(plan, session);
  const [{ connectionTo }, { readStoredProofs }] = await Promise.all([
    import('../../../stores/store.ts'),
    import('../../../stores/drill/proof-table.ts'),
  ]);
  const connect = (): Connection => connectionTo(plan, session.io.signal);
  const connection = connect();
  try {
    const proofs = await collectProofs(readStoredProofs(connection), session.io.now());
    await warnOfProofs(proofs, session);
    return { proofs, folder: undefined, connect };
  } finally {
    await connection.close();
  }
}
