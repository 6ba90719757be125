import { createHash } from 'node:crypto';
import { hasCode } from '../../base/error.ts';
import type { KmsxError } from '../../base/error.ts';
import { proofOf } from '../../backups/proofs.ts';
import { STORE_PREFIX } from '../../base/place-prefixes.ts';
import type { ProofDocument } from '../../documents/proof-document.ts';
import { places } from '../backup-rows.ts';
import type { Connection } from '../connection.ts';
import { inTransaction } from '../connection.ts';
import type { Database } from '../database.ts';
import { keptTogether } from '../kept-together.ts';

const PAGE = 500;

/** So many proofs go into one transaction. */
const GROUP = 50;

/**
 * Reads all proofs of a store, and what is wrong with damaged ones.
 *
 * @throws KmsxError those of `Database.query` and of `proofOf`
 */
export async function* readStoredProofs(
  connection: Connection,
): AsyncGenerator<ProofDocument | KmsxError> {
  let after = '';
  for (;;) {
    const rows = await connection.repeatable(({ query, dialect }) =>
      query(
        `SELECT Id AS id, Document AS document FROM ${dialect.tableOf('kmsx_proof')}
WHERE Id > ? ORDER BY Id LIMIT ${PAGE}`,
        [after],
      ),
    );
    for (const row of rows) {
      const label = `${STORE_PREFIX} proof ${String(row['id']).slice(0, 16)}`;
      yield* proofOf(String(row['document']), label);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = String(last['id']);
  }
}

/**
 * Keeps proofs in a store, those that are handed in at once in one transaction. A proof is named by its SHA-256: kept twice
 * it is one row.
 *
 * @returns resolves when the commit was synced
 * @throws KmsxError those of `Database.query`
 */
export function proofWriter(connection: Connection): (proof: ProofDocument) => Promise<void> {
  const insert = (proofs: readonly ProofDocument[]): Promise<void> =>
    connection.repeatable(inTransaction((database) => insertProofs(database, proofs)));
  const keepOne = async (proof: ProofDocument): Promise<void> => {
    await insert([proof]).catch((error: unknown) => {
      if (!hasCode(error, 'store-name-exists')) throw error;
    });
  };
  return keptTogether(GROUP, {
    together: async (proofs: readonly ProofDocument[]) => {
      await insert(proofs);
      return true;
    },
    alone: keepOne,
  });
}

async function insertProofs(
  { query, dialect }: Database,
  proofs: readonly ProofDocument[],
): Promise<void> {
  const rows = proofs.map((proof) => {
    const { Place, Name, KeyId, CreatedAt } = proof;
    const text = JSON.stringify(proof);
    const id = createHash('sha256').update(text).digest('hex');
    return [id, Place, Name, KeyId, dialect.timestamp(new Date(CreatedAt)), text];
  });
  await query(
    `INSERT INTO ${dialect.tableOf('kmsx_proof')} (Id, Place, Name, KeyId, CreatedAt, Document)
VALUES ${rows.map((row) => `(${places(row)})`).join(', ')}`,
    rows.flat(),
  );
}
