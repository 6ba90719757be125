import { expect, it } from 'vitest';
import { kmsxError } from '../../../../src/base/error.ts';
import type { Delivery } from '../../../../src/batch/delivery.ts';
import type { JournalEvent } from '../../../../src/batch/journal/events.ts';
import type { Journal } from '../../../../src/batch/journal/journal.ts';
import { LineStates } from '../../../../src/batch/journal/line-states.ts';
import type { ManifestLine } from '../../../../src/batch/manifest/manifest.ts';
import type { RunOptions } from '../../../../src/batch/run/run-lines.ts';
import { runLines } from '../../../../src/batch/run/run-lines.ts';
import { Window } from '../../../../src/batch/run/window.ts';

/** A journal in memory. */
function memoryJournal(): Journal & { shortage?: Journal['shortage']; events_: JournalEvent[] } {
  const events_: JournalEvent[] = [];
  const states = new LineStates();
  return {
    label: 'j',
    events_,
    isDone: (line) => states.isDone(line),
    generatedFor: (line) => states.generatedFor(line),
    counts: () => ({ done: states.done, failures: states.failures(), lost: states.lost }),
    record: (event) => {
      events_.push(event);
      states.apply(event);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

const DELIVERY: Delivery = {
  deliver: () => Promise.resolve(),
  finish: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

async function* lines(count: number): AsyncIterable<ManifestLine> {
  for (let line = 1; line <= count; line += 1) {
    yield await Promise.resolve({ line, name: `k${line}`, values: {} });
  }
}

const options = (
  journal: Journal,
  prepare: RunOptions['prepare'],
  changes: Partial<RunOptions> = {},
): RunOptions => ({
  lines: lines(100),
  stands: () => true,
  prepare,
  journal,
  delivery: DELIVERY,
  window: new Window(4, () => 0),
  pace: () => Promise.resolve(),
  limit: Infinity,
  failFast: false,
  stop: new AbortController().signal,
  onFailure: () => undefined,
  ...changes,
});

it('begins no other line where the journal is short of room, and ends those that it began', async () => {
  const journal = memoryJournal();
  const shortage = kmsxError('disk-full', 'no space left to write j');
  const run = runLines(
    options(journal, () =>
      Promise.resolve(async ({ intent }) => {
        await intent();
        if (journal.events_.length === 10) journal.shortage = shortage;
        await new Promise(setImmediate);
        return {};
      }),
    ),
  );
  await expect(run).rejects.toBe(shortage);
  const count = (name: string): number =>
    journal.events_.filter(({ Event }) => Event === name).length;
  expect(count('done')).toBe(count('intent'));
  expect(count('intent')).toBeLessThan(15);
});
