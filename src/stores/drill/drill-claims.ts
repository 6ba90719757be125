import { createHash } from 'node:crypto';
import { hasCode } from '../../base/error.ts';
import type { Connection } from '../connection.ts';
import { inTransaction } from '../connection.ts';
import type { Database } from '../database.ts';
import { timeOf } from '../database.ts';

/** Whose a backup is to drill: this run's, another's that drills it now, or nobody's since one has drilled it. */
export type DrillClaim = 'own' | 'claimed' | 'drilled';

/** The backups that several drills share out among themselves. */
export interface DrillClaims {
  /** Claims a backup, unless another run does now, or has drilled it since this one began. */
  take(placeId: string, name: string): Promise<DrillClaim>;
  /** The backup was drilled, or is given back. */
  end(placeId: string, name: string, isDrilled: boolean): Promise<void>;
}

/** For so long a backup is claimed. One that takes longer may be drilled twice, which does no harm. */
const CLAIM_SECONDS = 30;

/**
 * Claims of one drill, by the database's clock. Each method throws the KmsxErrors of `Database.query`.
 *
 * @param worker - a random id of this process, up to 64 characters
 */
export async function openDrillClaims(
  connection: Connection,
  worker: string,
): Promise<DrillClaims> {
  const since = await connection.repeatable(timeOf);
  const insert = async ({ query, dialect }: Database, id: string): Promise<void> => {
    await query(
      `INSERT INTO ${dialect.tableOf('kmsx_drill')} (Id, Worker, ClaimedUntil)
VALUES (?, ?, ${dialect.later(CLAIM_SECONDS)})`,
      [id, worker],
    );
  };
  const claim = async ({ query, dialect }: Database, id: string): Promise<DrillClaim> => {
    const table = dialect.tableOf('kmsx_drill');
    const [row] = await query(
      `SELECT CASE WHEN DrilledAt >= ? THEN 'drilled' WHEN ClaimedUntil >= ${dialect.now} AND Worker <> ? THEN 'claimed' ELSE 'own' END AS claim
FROM ${table} WHERE Id = ? FOR UPDATE`,
      [dialect.timestamp(since), worker, id],
    );
    const whose = row?.['claim'] as DrillClaim;
    if (whose === 'own') {
      await query(
        `UPDATE ${table} SET Worker = ?, ClaimedUntil = ${dialect.later(CLAIM_SECONDS)} WHERE Id = ?`,
        [worker, id],
      );
    }
    return whose;
  };
  return {
    take: async (placeId, name) => {
      const id = idOf(placeId, name);
      try {
        await connection.repeatable(inTransaction((database) => insert(database, id)));
        return 'own';
      } catch (error) {
        if (!hasCode(error, 'store-name-exists')) throw error;
        return await connection.repeatable(inTransaction((database) => claim(database, id)));
      }
    },
    end: async (placeId, name, isDrilled) => {
      const update = inTransaction(({ query, dialect }) =>
        query(
          `UPDATE ${dialect.tableOf('kmsx_drill')}
SET ClaimedUntil = NULL${isDrilled ? `, DrilledAt = ${dialect.now}` : ''} WHERE Id = ?`,
          [idOf(placeId, name)],
        ),
      );
      await connection.repeatable(update);
    },
  };
}

/** Names of backups and places may be longer than a database's key. */
function idOf(placeId: string, name: string): string {
  return createHash('sha256')
    .update(JSON.stringify([placeId, name]))
    .digest('hex');
}
