import { expect, it } from 'vitest';
import type { JournalEvent, JournalHeader } from '../../../../src/batch/journal/events.ts';
import { JOURNAL_FORMAT } from '../../../../src/batch/journal/events.ts';
import { DoneElsewhere } from '../../../../src/batch/journal/journal.ts';
import type {
  SharedJournal,
  SharedJournalRequest,
} from '../../../../src/batch/journal/shared-journal.ts';
import { openSharedJournal } from '../../../../src/batch/journal/shared-journal.ts';
import type { ManifestLine } from '../../../../src/batch/manifest/manifest.ts';
import type { BackupDocument } from '../../../../src/documents/backup-document.ts';
import type { ExportEntry } from '../../../../src/documents/export-document.ts';
import type { WorkEvent } from '../../../../src/stores/work/events.ts';
import { WrittenBefore } from '../../../../src/stores/work/events.ts';
import type { WorkList } from '../../../../src/stores/work/work-list.ts';
import { BACKUP } from '../../../support/documents.ts';

const HEADER: JournalHeader = {
  Format: JOURNAL_FORMAT,
  Command: 'export-key',
  Manifest: `SHA256:${'0'.repeat(64)}`,
  Options: {},
  Inputs: {},
};

/** What a database keeps of a list, for several workers. */
interface Table {
  header: string | undefined;
  readonly events: Map<string, WorkEvent>;
  readonly states: Map<number, 'open' | 'done' | 'failed'>;
  readonly claims: Map<number, string>;
}

const emptyTable = (): Table => ({
  header: undefined,
  events: new Map(),
  states: new Map(),
  claims: new Map(),
});

/** A list over a table in memory. `lose` ends the claims of a worker that died. */
function listOf(table: Table, worker: string): WorkList {
  return {
    isBegun: () => Promise.resolve(table.header !== undefined),
    begin: async (header, lines) => {
      if (table.header === undefined) {
        table.header = header;
        for await (const line of lines) table.states.set(line, 'open');
      }
      return table.header;
    },
    claim: (after, most) => {
      const free = [...table.states].filter(
        ([line, state]) => line > after && state === 'open' && !table.claims.has(line),
      );
      const lines = free.slice(0, most).map(([line]) => line);
      for (const line of lines) table.claims.set(line, worker);
      const of = (line: number): WorkEvent[] =>
        [...table.events.values()].filter((event) => event.line === line);
      return Promise.resolve(lines.map((line) => ({ line, events: of(line) })));
    },
    renew: () => Promise.resolve(),
    release: (lines) => {
      for (const line of lines) table.claims.delete(line);
      return Promise.resolve();
    },
    write: (event) => {
      if (table.events.has(event.id)) return Promise.reject(new WrittenBefore());
      table.events.set(event.id, event);
      if (event.ending !== undefined) {
        table.states.set(event.line, event.ending.state);
        table.claims.delete(event.line);
      }
      return Promise.resolve();
    },
    counts: () => {
      const states = [...table.states.values()];
      return Promise.resolve({
        done: states.filter((state) => state === 'done').length,
        failed: new Map<string, number>(),
        left: states.filter((state) => state === 'open').length,
        lost: [...table.events.values()].filter(({ kind }) => kind === 'lost').length,
      });
    },
    documents: async function* (kind) {
      for (const event of table.events.values()) {
        if (event.kind === kind) yield await Promise.resolve(event.document);
      }
    },
    close: () => Promise.resolve(),
  };
}

async function* manifest(): AsyncIterable<ManifestLine> {
  for (const line of [2, 3, 7]) {
    yield await Promise.resolve({ line, name: `k${line}`, values: {} });
  }
}

const open = (
  table: Table,
  worker: string,
  header = HEADER,
  changes: Partial<SharedJournalRequest> = {},
): Promise<SharedJournal> =>
  openSharedJournal({
    list: listOf(table, worker),
    worker,
    label: 'store:fleet',
    header,
    manifest,
    atOnce: 2,
    backupOf: () => undefined,
    stop: new AbortController().signal,
    onWait: () => Promise.resolve(),
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      }),
    ...changes,
  });

const generated = (line: number): JournalEvent => ({
  Event: 'generated',
  Line: line,
  Name: `k${line}`,
  Backup: BACKUP as unknown as BackupDocument,
  Export: { ExportedDataKey: 'AAAA', RequestId: 'r' } as ExportEntry,
  WrappingKeyFingerprints: ['SHA256:1'],
});

const done = (line: number): JournalEvent => ({
  Event: 'done',
  Line: line,
  Name: `k${line}`,
  Result: { Value: line },
});

async function next(journal: SharedJournal): Promise<number[]> {
  const lines: number[] = [];
  for await (const { line } of journal.lines()) {
    lines.push(line);
    if (lines.length === 2) break;
  }
  return lines;
}

it('goes on with a data key that a worker generated before it died, and counts one that was lost', async () => {
  const table = emptyTable();
  const died = await open(table, 'died');
  expect(await next(died)).toEqual([2, 3]);
  await died.record({ Event: 'intent', Line: 2 });
  await died.record(generated(2));
  await died.record({ Event: 'intent', Line: 3 });
  table.claims.clear(); // as time does

  const other = await open(table, 'other');
  expect(await next(other)).toEqual([2, 3]);
  expect(other.generatedFor(2)).toMatchObject({ Name: 'k2' });
  expect(other.generatedFor(3)).toBeUndefined();
  await other.recount();
  expect(other.counts()).toMatchObject({ done: 0, lost: 1 });
  await other.close();
});

it('lets the first of two that race count, and what the other generated as lost', async () => {
  const table = emptyTable();
  const [slow, fast] = [await open(table, 'slow'), await open(table, 'fast')];
  await next(slow);
  await slow.record({ Event: 'intent', Line: 2 });
  table.claims.clear(); // its claims ended while KMS did not answer
  await next(fast);
  await fast.record({ Event: 'intent', Line: 2 });
  await fast.record(generated(2));
  await expect(slow.record(generated(2))).rejects.toBeInstanceOf(DoneElsewhere);
  await fast.record(done(2));
  await expect(slow.record(done(2))).rejects.toBeInstanceOf(DoneElsewhere);
  await fast.recount();
  // The one of `slow` was taken for lost when `fast` came, and is not counted again.
  expect(fast.counts()).toMatchObject({ done: 1, lost: 1 });
  const results: unknown[] = [];
  for await (const { Result } of fast.results()) results.push(Result);
  expect(results).toEqual([{ Value: 2 }]);
});

it('ends when each line is done, whoever did it', async () => {
  const table = emptyTable();
  const journal = await open(table, 'one');
  const lines: number[] = [];
  for await (const { line } of journal.lines()) {
    lines.push(line);
    await journal.record(done(line));
  }
  expect(lines).toEqual([2, 3, 7]);
  expect(journal.isWhole()).toBe(true);
  await journal.close();
});

it('is of one run', async () => {
  const table = emptyTable();
  await open(table, 'one');
  await expect(open(table, 'two', { ...HEADER, Command: 'verify-key' })).rejects.toMatchObject({
    code: 'journal-mismatch',
    message: 'store:fleet is of a run of batch export-key',
  });
});

it('renews its claims again where that failed once', async () => {
  const renewals: number[][] = [];
  let enough = (): void => undefined;
  const renewedTwice = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const list: WorkList = {
    ...listOf(emptyTable(), 'one'),
    renew: (lines) => {
      renewals.push([...lines]);
      if (renewals.length > 1) enough();
      return renewals.length === 1 ? Promise.reject(new Error('gone')) : Promise.resolve();
    },
  };
  const sleep = (_: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      setImmediate(() => {
        if (signal.aborted) reject(new Error('stopped'));
        else resolve();
      });
    });
  const journal = await open(emptyTable(), 'one', HEADER, { list, sleep });
  await next(journal);
  await renewedTwice;
  await journal.close();
  expect(renewals.length).toBeGreaterThan(1);
});
