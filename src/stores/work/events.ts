import { KmsxError } from '../../base/error.ts';
import { differs, insertBackups, places, readBack } from '../backup-rows.ts';
import type { Connection } from '../connection.ts';
import { inTransaction } from '../connection.ts';
import { isLost } from '../database.ts';
import { keptTogether } from '../kept-together.ts';
import type { StoredBackup } from '../record.ts';

/** Something that happened to a line of a work list. */
export interface WorkEvent {
  /** Unique in its list. Of two events with one id the first counts, whoever wrote it. */
  readonly id: string;
  /** 0 where it is of no line. */
  readonly line: number;
  readonly kind: string;
  readonly document: string;
  /** What the line is from then on: its claim ends with it. */
  readonly ending?: Ending | undefined;
  /** A backup that is kept in the same transaction. */
  readonly backup?: StoredBackup | undefined;
}

/** What a line is after an event. A line that is done stays so. */
export interface Ending {
  readonly state: 'done' | 'failed';
  /** Why it failed. */
  readonly code?: string;
}

/** That another worker wrote an event of the same id before. */
export class WrittenBefore extends Error {}

/** So many events go into one transaction. */
const GROUP = 100;

/**
 * Writes events into a work list, those that are handed in at once in one transaction. Resolves when the commit was synced
 * and the backup was read back.
 *
 * @returns rejects with `WrittenBefore`; KmsxError `store-name-exists` where the backup's name is taken: then the event is
 * not written either; `store-differs`, `store-read-only`, and those of `Database.query`
 */
export function eventWriter(
  list: string,
  connection: Connection,
): (event: WorkEvent) => Promise<void> {
  /** One transaction: the events, what their lines are then, and their backups. */
  const insert = async (events: readonly WorkEvent[]): Promise<void> => {
    const backups = events.flatMap(({ backup }) => (backup === undefined ? [] : [backup]));
    const write = inTransaction(async (database) => {
      const { query, dialect } = database;
      const rows = events.map(() => '(?, ?, ?, ?, ?)').join(', ');
      await query(
        `INSERT INTO ${dialect.tableOf('kmsx_work_event')} (List, Id, Line, Kind, Document) VALUES ${rows}`,
        events.flatMap(({ id, line, kind, document }) => [list, id, line, kind, document]),
      );
      if (backups.length > 0) await insertBackups(database, backups);
      for (const { state, code, lines } of endingsOf(events)) {
        await query(
          `UPDATE ${dialect.tableOf('kmsx_work_line')}
SET State = ?, Code = ?, ChangedAt = ${dialect.now}, ClaimedUntil = NULL
WHERE List = ? AND State <> 'done' AND Line IN (${places(lines)})`,
          [state, code ?? null, list, ...lines],
        );
      }
    });
    await connection.exclusive(write);
    if (backups.length === 0) return;
    const names = backups.map(({ name }) => name);
    const found = await connection.repeatable((database) =>
      readBack(database, names, connection.label),
    );
    for (const { name, text } of backups) {
      if (found.get(name) !== text) throw differs(name, found.get(name), connection.label);
    }
  };
  const find = (id: string): Promise<string | undefined> =>
    connection.repeatable(async ({ query, dialect }) => {
      const [row] = await query(
        `SELECT Document AS document FROM ${dialect.tableOf('kmsx_work_event')} WHERE List = ? AND Id = ?`,
        [list, id],
      );
      return row && String(row['document']);
    });
  /** What was written is found by its id, whether the answer was lost or another worker wrote it. */
  const writeOne = async (event: WorkEvent): Promise<void> => {
    try {
      await insert([event]);
      return;
    } catch (error) {
      if (!(error instanceof KmsxError)) throw error;
      if (!isLost(error) && error.code !== 'store-name-exists') throw error;
    }
    const found = await find(event.id);
    if (found === event.document) return;
    if (found !== undefined) throw new WrittenBefore();
    await insert([event]);
  };
  return keptTogether(GROUP, {
    together: async (events: readonly WorkEvent[]) => {
      await insert(events);
      return true;
    },
    alone: writeOne,
  });
}

/** The lines that end alike. */
function endingsOf(events: readonly WorkEvent[]): (Ending & { readonly lines: number[] })[] {
  const endings = new Map<string, Ending & { readonly lines: number[] }>();
  for (const { line, ending } of events) {
    if (ending === undefined) continue;
    const name = `${ending.state} ${ending.code ?? ''}`;
    const known = endings.get(name);
    if (known === undefined) endings.set(name, { ...ending, lines: [line] });
    else known.lines.push(line);
  }
  return [...endings.values()];
}
