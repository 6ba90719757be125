import { places } from '../backup-rows.ts';
import type { Connection } from '../connection.ts';
import { inTransaction } from '../connection.ts';
import type { Database } from '../database.ts';
import type { WorkEvent } from './events.ts';

/** A line that is claimed, and what happened to it before. */
export interface ClaimedLine {
  readonly line: number;
  readonly events: readonly PastEvent[];
}

/** An event of an earlier worker. */
export type PastEvent = Pick<WorkEvent, 'id' | 'kind' | 'document'>;

/** For so long a line is claimed, unless its claim is renewed; in seconds. */
export const CLAIM_SECONDS = 30;

/** Who claims lines, of which list. */
export interface Claimant {
  readonly list: string;
  /** A random id of this process. */
  readonly worker: string;
  /** Lines that failed before, by the database's clock, are claimed again. */
  readonly since: Date;
}

/**
 * Claims the next lines that are neither done nor claimed by another.
 *
 * @param after - the line before the first that is looked at
 * @throws KmsxError those of `Database.query`
 */
export async function claimLines(
  connection: Connection,
  { list, worker, since }: Claimant,
  after: number,
  most: number,
): Promise<readonly ClaimedLine[]> {
  const take = inTransaction(async ({ query, dialect }) => {
    const table = dialect.tableOf('kmsx_work_line');
    const rows = await query(
      `SELECT Line AS line FROM ${table} WHERE List = ? AND Line > ?
AND (State = 'open' OR (State = 'failed' AND ChangedAt < ?))
AND (ClaimedUntil IS NULL OR ClaimedUntil < ${dialect.now})
ORDER BY Line LIMIT ${most} FOR UPDATE SKIP LOCKED`,
      [list, after, dialect.timestamp(since)],
    );
    const found = rows.map((row) => Number(row['line']));
    if (found.length > 0) {
      await query(
        `UPDATE ${table} SET Worker = ?, ClaimedUntil = ${dialect.later(CLAIM_SECONDS)}
WHERE List = ? AND Line IN (${places(found)})`,
        [worker, list, ...found],
      );
    }
    return found;
  });
  const lines = await connection.repeatable(take);
  if (lines.length === 0) return [];
  const claimed = new Map(lines.map((line): [number, PastEvent[]] => [line, []]));
  await connection.repeatable(async ({ query, dialect }) => {
    const rows = await query(
      `SELECT Line AS line, Id AS id, Kind AS kind, Document AS document FROM ${dialect.tableOf('kmsx_work_event')}
WHERE List = ? AND Line IN (${places(lines)})`,
      [list, ...lines],
    );
    for (const row of rows) {
      const [id, kind] = [String(row['id']), String(row['kind'])];
      claimed.get(Number(row['line']))?.push({ id, kind, document: String(row['document']) });
    }
  });
  return [...claimed].map(([line, events]) => ({ line, events }));
}

/** Holds claims for longer. */
export async function renewClaims(
  connection: Connection,
  claimant: Claimant,
  lines: readonly number[],
): Promise<void> {
  await claimUntil(connection, claimant, lines, ({ later }) => later(CLAIM_SECONDS));
}

/** Gives claims back, so that others need not wait until they end. */
export async function releaseClaims(
  connection: Connection,
  claimant: Claimant,
  lines: readonly number[],
): Promise<void> {
  await claimUntil(connection, claimant, lines, () => 'NULL');
}

async function claimUntil(
  connection: Connection,
  { list, worker }: Claimant,
  lines: readonly number[],
  until: (dialect: Database['dialect']) => string,
): Promise<void> {
  if (lines.length === 0) return;
  const update = inTransaction(({ query, dialect }) =>
    query(
      `UPDATE ${dialect.tableOf('kmsx_work_line')} SET ClaimedUntil = ${until(dialect)}
WHERE List = ? AND Worker = ? AND State <> 'done' AND Line IN (${places(lines)})`,
      [list, worker, ...lines],
    ),
  );
  await connection.repeatable(update);
}
