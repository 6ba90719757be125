import { hasCode } from '../../base/error.ts';
import { isJsonObject } from '../../base/json.ts';
import type { StoredBackup } from '../../stores/record.ts';
import type { ClaimedLine } from '../../stores/work/claims.ts';
import { CLAIM_SECONDS } from '../../stores/work/claims.ts';
import type { WorkEvent } from '../../stores/work/events.ts';
import { WrittenBefore } from '../../stores/work/events.ts';
import type { WorkList } from '../../stores/work/work-list.ts';
import type { ManifestLine } from '../manifest/manifest.ts';
import type { Done, Generated, JournalEvent, JournalHeader } from './events.ts';
import { parseEvent } from './events.ts';
import type { Journal, LineCounts } from './journal.ts';
import { assertSameRun, DoneElsewhere } from './journal.ts';

/** A journal in a store: runs on several machines work through it at once. */
export interface SharedJournal extends Journal {
  /** The lines that this run is to work on, claimed; ends when there is nothing left, for others neither. */
  lines(): AsyncIterable<ManifestLine>;
  /** Counts again what became of all lines, whoever worked on them. */
  recount(): Promise<void>;
  /** Whether each line is done, or failed in this run or after it began. */
  isWhole(): boolean;
  /** What was done, by whomever: what is done later comes later. */
  results(): AsyncIterable<Done>;
}

export interface SharedJournalRequest {
  readonly list: WorkList;
  readonly label: string;
  readonly header: JournalHeader;
  /** Reads the manifest, from its first line. */
  readonly manifest: () => AsyncIterable<ManifestLine>;
  /** So many lines are claimed at once. */
  readonly atOnce: number;
  /** A random id of this run, up to 64 characters. */
  readonly worker: string;
  /** The backup that goes into the store with an event; undefined for none. */
  readonly backupOf: (event: JournalEvent) => StoredBackup | undefined;
  /** No line is claimed any more when it aborts. */
  readonly stop: AbortSignal;
  /** Hears how many lines other runs hold, when there is nothing else to be done. */
  readonly onWait: (lines: number) => Promise<void>;
  /** @throws the reason of the signal */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const RENEW_MS = (CLAIM_SECONDS * 1000) / 3;
const LOOK_AGAIN_MS = 1000;

/**
 * Begins a journal in a store, or joins it. What a worker that died left open is recorded as lost when its line is claimed.
 *
 * @throws KmsxError `journal-mismatch` where it is of another manifest, command or options; those of `Database.query`
 */
export async function openSharedJournal(request: SharedJournalRequest): Promise<SharedJournal> {
  const { list, label, header, manifest, worker, backupOf, stop } = request;
  const begunWith = await list.begin(JSON.stringify(header), numbersOf(manifest()));
  assertSameRun(begunWith, label, header);

  const held = new Set<number>();
  const generated = new Map<number, Generated>();
  const intents = new Map<number, string>(); // by line, until it is known what came of each
  let written = 0;
  let left = 0;
  let counts: LineCounts = { done: 0, failures: new Map(), lost: 0 };
  const recount = async (): Promise<void> => {
    const { done, failed, lost, ...others } = await list.counts();
    counts = { done, failures: failed, lost };
    ({ left } = others);
  };
  await recount();

  const newId = (): string => `${worker}:${(written += 1)}`;
  const write = async (event: JournalEvent, rest: Partial<WorkEvent> = {}): Promise<void> => {
    const line = 'Line' in event ? (event.Line ?? 0) : 0;
    const intent = event.Event === 'intent' ? undefined : intents.get(line);
    const document = JSON.stringify(intent === undefined ? event : { ...event, Intent: intent });
    await list.write({ id: newId(), line, kind: event.Event, document, ...rest });
    if (event.Event !== 'intent') intents.delete(line);
  };
  const lose = (Line: number, intent: string): Promise<void> =>
    list
      .write({
        id: `lost:${intent}`, // counted once, whoever finds it
        line: Line,
        kind: 'lost',
        document: JSON.stringify({ Event: 'lost', Count: 1, Line, Intent: intent }),
      })
      .catch((error: unknown) => {
        if (!(error instanceof WrittenBefore)) throw error;
      });
  const end = (line: number): void => {
    held.delete(line);
    generated.delete(line);
  };
  const recordGenerated = async (event: Generated): Promise<void> => {
    const { Line } = event;
    const id = `generated:${Line}`;
    try {
      await write(event, { id, backup: backupOf(event) });
    } catch (error) {
      const intent = intents.get(Line);
      if (error instanceof WrittenBefore) {
        if (intent !== undefined) await lose(Line, intent);
        end(Line);
        await list.release([Line]);
        throw new DoneElsewhere();
      }
      // The journal is the backup where its name is taken in the store.
      if (hasCode(error, 'store-name-exists')) await write(event, { id });
      throw error;
    }
    generated.set(Line, event);
  };
  const record = async (event: JournalEvent): Promise<void> => {
    switch (event.Event) {
      case 'intent': {
        const id = newId();
        await write(event, { id });
        intents.set(event.Line, id);
        return;
      }
      case 'generated':
        await recordGenerated(event);
        return;
      case 'done':
        try {
          const ending = { state: 'done' } as const;
          await write(event, { id: `done:${event.Line}`, ending, backup: backupOf(event) });
        } catch (error) {
          if (!(error instanceof WrittenBefore)) throw error;
          throw new DoneElsewhere();
        } finally {
          end(event.Line);
        }
        counts = { ...counts, done: counts.done + 1 };
        return;
      case 'failed':
        await write(event, { ending: { state: 'failed', code: event.Code } });
        end(event.Line);
        return;
      case 'lost':
        await write(event);
        return;
      case 'files':
        throw new TypeError('files are made from the whole list');
    }
  };

  /** Takes over what earlier workers left of a line. */
  const take = async ({ line, events }: ClaimedLine): Promise<void> => {
    held.add(line);
    const open = new Set<string>();
    for (const { kind, id } of events) if (kind === 'intent') open.add(id);
    for (const { kind, document } of events) {
      if (kind === 'intent') continue;
      open.delete(intentOf(document));
      if (kind !== 'generated') continue;
      const event = parseEvent(document, label, line);
      if (event.Event === 'generated') generated.set(line, event);
    }
    for (const intent of open) await lose(line, intent);
  };
  const pause = async (): Promise<void> => {
    await request.sleep(LOOK_AGAIN_MS, stop).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  };
  async function* lines(): AsyncIterable<ManifestLine> {
    let isTold = false;
    while (!stop.aborted) {
      const reader = manifest()[Symbol.asyncIterator]();
      let [after, found] = [0, 0];
      for (;;) {
        const claimed = await list.claim(after, request.atOnce);
        for (const each of claimed) await take(each);
        for (const { line } of claimed) {
          yield await lineOf(reader, line);
          after = line;
        }
        found += claimed.length;
        if (claimed.length === 0) break;
      }
      await reader.return?.();
      if (found > 0) continue;
      await recount();
      if (left === 0) return;
      if (!isTold && left > held.size) {
        isTold = true;
        await request.onWait(left - held.size);
      }
      await pause(); // until others are done with them, or their claims end
    }
  }

  const closed = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await request.sleep(RENEW_MS, closed.signal);
      // Without its claims this run can only lose a race, which it sees; and the next renewal may get through.
      await list.renew([...held]).catch(() => undefined);
    }
  })().catch(() => undefined); // it is ended by `close`
  return {
    label,
    isDone: () => false,
    generatedFor: (line) => generated.get(line),
    counts: () => counts,
    record,
    lines,
    recount,
    isWhole: () => left === 0,
    results: async function* () {
      for await (const document of list.documents('done')) {
        const event = parseEvent(document, label, 0);
        if (event.Event === 'done') yield event;
      }
    },
    close: async () => {
      closed.abort();
      await renewing;
      try {
        await list.release([...held]);
      } finally {
        await list.close();
      }
    },
  };
}

async function* numbersOf(lines: AsyncIterable<ManifestLine>): AsyncIterable<number> {
  for await (const { line } of lines) yield line;
}

/** Reads on to a line, which comes. */
async function lineOf(reader: AsyncIterator<ManifestLine>, line: number): Promise<ManifestLine> {
  for (;;) {
    const next = await reader.next();
    if (next.done === true) throw new TypeError(`the manifest has no line ${line}`);
    if (next.value.line === line) return next.value;
  }
}

/** Of which intent an event says what came of it. */
function intentOf(document: string): string {
  const value: unknown = JSON.parse(document);
  const intent = isJsonObject(value) ? value['Intent'] : undefined;
  return typeof intent === 'string' ? intent : '';
}
