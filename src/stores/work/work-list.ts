import { KmsxError } from '../../base/error.ts';
import type { Connection } from '../connection.ts';
import { inTransaction } from '../connection.ts';
import type { Database, Row } from '../database.ts';
import { timeOf } from '../database.ts';
import type { ClaimedLine, Claimant } from './claims.ts';
import { claimLines, releaseClaims, renewClaims } from './claims.ts';
import type { WorkEvent } from './events.ts';
import { eventWriter } from './events.ts';

/** How many lines there are, by what they are. */
export interface WorkCounts {
  readonly done: number;
  /** By code. */
  readonly failed: ReadonlyMap<string, number>;
  /** Lines that this worker could still claim, at once or when the claims of others end. */
  readonly left: number;
  /** Events of kind `lost`. */
  readonly lost: number;
}

/**
 * Lines in a database that several workers share. They are claimed, so that no two work on one line; that it is done once
 * rests on the ids of events, not on claims.
 */
export interface WorkList {
  /** Whether a worker has begun it. */
  isBegun(): Promise<boolean>;
  /**
   * Begins the list, unless another worker has.
   *
   * @param lines - the numbers of its lines, each greater than the one before
   * @returns the header that it was begun with, by whomever
   */
  begin(header: string, lines: AsyncIterable<number>): Promise<string>;
  /** As `claimLines`. */
  claim(after: number, most: number): Promise<readonly ClaimedLine[]>;
  renew(lines: readonly number[]): Promise<void>;
  release(lines: readonly number[]): Promise<void>;
  /** As `eventWriter`. */
  write(event: WorkEvent): Promise<void>;
  counts(): Promise<WorkCounts>;
  /** The documents of the events of a kind: what is written later comes later. */
  documents(kind: string): AsyncIterable<string>;
  close(): Promise<void>;
}

/** So many lines are made by one statement. */
const LINES_AT_ONCE = 1000;

const PAGE = 200;

/**
 * A work list of a name. Each method throws the KmsxErrors of `Database.query`.
 *
 * @param worker - a random id of this process, up to 64 characters
 * @param connect - makes one of its two connections, so that claims are renewed while events are written
 */
export function openWorkList(list: string, worker: string, connect: () => Connection): WorkList {
  const [events, claims] = [connect(), connect()];
  let claimant: Claimant = { list, worker, since: new Date(0) };
  return {
    isBegun: async () => (await headerOf(list, claims)) !== undefined,
    begin: async (header, lines) => {
      try {
        await claims.exclusive(
          inTransaction((database) => insertList(database, list, header, lines)),
        );
      } catch (error) {
        if (!(error instanceof KmsxError) || error.code !== 'store-name-exists') throw error;
      }
      const since = await claims.repeatable(timeOf);
      claimant = { ...claimant, since };
      return (await headerOf(list, claims)) ?? header;
    },
    claim: (after, most) => claimLines(claims, claimant, after, most),
    renew: (lines) => renewClaims(claims, claimant, lines),
    release: (lines) => releaseClaims(claims, claimant, lines),
    write: eventWriter(list, events),
    counts: () => claims.repeatable((database) => countsOf(database, claimant)),
    documents: (kind) => documentsOf(claims, list, kind),
    close: async () => {
      await events.close();
      await claims.close();
    },
  };
}

/** What a list was begun with; undefined if it was not begun. */
async function headerOf(list: string, connection: Connection): Promise<string | undefined> {
  return await connection.repeatable(async ({ query, dialect }) => {
    const [row] = await query(
      `SELECT Header AS document FROM ${dialect.tableOf('kmsx_work_list')} WHERE Name = ?`,
      [list],
    );
    return row && String(row['document']);
  });
}

async function insertList(
  { query, dialect }: Database,
  list: string,
  header: string,
  lines: AsyncIterable<number>,
): Promise<void> {
  await query(`INSERT INTO ${dialect.tableOf('kmsx_work_list')} (Name, Header) VALUES (?, ?)`, [
    list,
    header,
  ]);
  let numbers: number[] = [];
  const insert = async (): Promise<void> => {
    if (numbers.length === 0) return;
    const rows = numbers.map((number) => `(?, ${number})`).join(', ');
    await query(
      `INSERT INTO ${dialect.tableOf('kmsx_work_line')} (List, Line) VALUES ${rows}`,
      numbers.map(() => list),
    );
    numbers = [];
  };
  for await (const number of lines) {
    numbers.push(number);
    if (numbers.length === LINES_AT_ONCE) await insert();
  }
  await insert();
}

async function countsOf(
  { query, dialect }: Database,
  { list, since }: Claimant,
): Promise<WorkCounts> {
  const rows = await query(
    `SELECT State AS state, Code AS code, COUNT(*) AS count,
  SUM(CASE WHEN ChangedAt < ? THEN 1 ELSE 0 END) AS earlier
FROM ${dialect.tableOf('kmsx_work_line')} WHERE List = ? GROUP BY State, Code`,
    [dialect.timestamp(since), list],
  );
  const [lost] = await query(
    `SELECT COUNT(*) AS count FROM ${dialect.tableOf('kmsx_work_event')} WHERE List = ? AND Kind = 'lost'`,
    [list],
  );
  let [done, left] = [0, 0];
  const failed = new Map<string, number>();
  for (const row of rows) {
    const count = Number(row['count']);
    if (row['state'] === 'done') done += count;
    else if (row['state'] === 'open') left += count;
    else {
      failed.set(String(row['code']), count);
      left += Number(row['earlier']);
    }
  }
  return { done, failed, left, lost: Number(lost?.['count']) };
}

async function* documentsOf(
  connection: Connection,
  list: string,
  kind: string,
): AsyncGenerator<string> {
  let [at, line] = [new Date(0), 0];
  for (;;) {
    const after: readonly [Date, number] = [at, line];
    const rows = await connection.repeatable((database) =>
      documentsAfter(database, { list, kind }, ...after),
    );
    for (const row of rows) yield String(row['document']);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    [at, line] = [last['at'] as Date, Number(last['line'])];
  }
}

async function documentsAfter(
  { query, dialect }: Database,
  { list, kind }: { readonly list: string; readonly kind: string },
  at: Date,
  line: number,
): Promise<readonly Row[]> {
  const time = dialect.timestamp(at);
  return await query(
    `SELECT WrittenAt AS at, Line AS line, Document AS document FROM ${dialect.tableOf('kmsx_work_event')}
WHERE List = ? AND Kind = ? AND (WrittenAt > ? OR (WrittenAt = ? AND Line > ?))
ORDER BY WrittenAt, Line LIMIT ${PAGE}`,
    [list, kind, time, time, line],
  );
}
