import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDelivery } from '../../../src/batch/delivery.ts';
import type { JournalEvent } from '../../../src/batch/journal/events.ts';
import type { FileJournal } from '../../../src/batch/journal/journal.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { testIo } from '../../support/test-io.ts';

const folder = useTempFolder();
const path = (): string => join(folder(), 'out');

const EVENTS: readonly JournalEvent[] = ['a', 'b', 'c'].map((Name, index) => ({
  Event: 'done',
  Line: index + 1,
  Name,
  Result: { Value: `result of ${Name}` },
}));
const LINES = ['a', 'b', 'c'].map(
  (Name) => `${JSON.stringify({ Name, Value: `result of ${Name}` })}\n`,
);
const ALL = LINES.join('');

type DeliveredJournal = Pick<FileJournal, 'isResumed' | 'through' | 'events' | 'record'>;

const journalOf = (events: readonly JournalEvent[], isResumed: boolean): DeliveredJournal => ({
  isResumed,
  through: 0,
  async *events() {
    yield* await Promise.resolve(events);
  },
  record: () => Promise.resolve(),
});

async function deliver(events: readonly JournalEvent[], isResumed: boolean): Promise<void> {
  const out = { path: path(), label: 'out' };
  const places = { out, outFolder: undefined, backupFolder: undefined, resultsAreBackups: false };
  const delivery = await openDelivery(journalOf(events, isResumed), places, testIo());
  await delivery.finish();
  await delivery.close();
}

describe('the results of a run that goes on', () => {
  const ends = Array.from({ length: 30 }, (_, index) => Math.round((ALL.length * index) / 29));
  it.each([...new Set([...ends, LINES[0]?.length ?? 0])])(
    'are completed where %d bytes of them are there',
    async (length) => {
      writeFileSync(path(), ALL.slice(0, length));
      await deliver(EVENTS, true);
      expect(readFileSync(path(), 'utf8')).toBe(ALL);
    },
  );

  it('are made where they are gone', async () => {
    await deliver(EVENTS, true);
    expect(readFileSync(path(), 'utf8')).toBe(ALL);
    unlinkSync(path());
    await deliver([], true);
    expect(readFileSync(path(), 'utf8')).toBe('');
  });

  it.each([
    ['half a line, and no other', 'mine'],
    ['another line', 'mine\n'],
    ['another second line, and half a line', `${LINES[0] ?? ''}mine\nmi`],
    ['half a line after one', `${LINES[0] ?? ''}mine`],
    ['half a line after all', `${ALL}mi`],
    ['one line more', `${ALL}mine\n`],
    ['zeros', '\0\0\0'],
    ['a longer line', `${LINES[0]?.slice(0, -1) ?? ''}x`],
  ])('leave a file as it is that has %s', async (_, text) => {
    writeFileSync(path(), text);
    await expect(deliver(EVENTS, true)).rejects.toThrow(
      expect.objectContaining({ code: 'output-changed' }) as Error,
    );
    expect(readFileSync(path(), 'utf8')).toBe(text);
  });

  it('go into no pipe', async () => {
    execFileSync('mkfifo', [path()]);
    await expect(deliver(EVENTS, true)).rejects.toThrow('out is no regular file');
  });
});

describe('the results of a first run', () => {
  it.each(['', 'mine', ALL])('never go into a file that came meanwhile: %j', async (text) => {
    writeFileSync(path(), text);
    await expect(deliver([], false)).rejects.toThrow(
      expect.objectContaining({ code: 'output-exists' }) as Error,
    );
    expect(readFileSync(path(), 'utf8')).toBe(text);
  });

  it('have a file from the beginning', async () => {
    await deliver([], false);
    expect(existsSync(path())).toBe(true);
  });
});
