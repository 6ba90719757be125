import type { ProofFile } from '../../../backups/proof-file.ts';
import { STORE_PREFIX } from '../../../base/place-prefixes.ts';
import type { DrillShare } from '../../../drill/stage.ts';
import type { Connection } from '../../../stores/connection.ts';
import type { Io } from '../../../terminal/io.ts';

/** Proofs that go into a store, and the work that is shared with other drills there. */
export interface StoredEvidence {
  readonly proofFile: Pick<ProofFile, 'append' | 'written'>;
  readonly share: DrillShare;
  readonly close: () => Promise<void>;
}

/**
 * Connects to the store that proofs go into.
 *
 * @param connect - makes a connection: one for proofs, one for claims
 * @throws KmsxError those of `Database.query`
 */
export async function openStoredEvidence(
  connect: () => Connection,
  io: Pick<Io, 'randomBytes'>,
): Promise<StoredEvidence> {
  const [{ proofWriter }, { openDrillClaims }] = await Promise.all([
    import('../../../stores/drill/proof-table.ts'),
    import('../../../stores/drill/drill-claims.ts'),
  ]);
  const [proofs, claimed] = [connect(), connect()];
  const claims = await openDrillClaims(claimed, io.randomBytes(8).toString('hex'));
  const write = proofWriter(proofs);
  let count = 0;
  return {
    proofFile: {
      append: async (proof) => {
        await write(proof);
        count += 1;
      },
      written: () => (count === 0 ? undefined : { label: `${STORE_PREFIX} proofs`, count }),
    },
    share: {
      take: ({ at, listed }) => claims.take(at.id, listed.name),
      end: ({ at, listed }, isDrilled) => claims.end(at.id, listed.name, isDrilled),
    },
    close: async () => {
      await proofs.close();
      await claimed.close();
    },
  };
}
