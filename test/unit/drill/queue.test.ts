import { expect, it } from 'vitest';
import type { OpenedPlace } from '../../../src/backups/opened-place.ts';
import type { KnownProofs } from '../../../src/backups/proofs.ts';
import { NO_PROOFS } from '../../../src/backups/proofs.ts';
import { queueBackups } from '../../../src/drill/queue.ts';

const NOW = new Date('2026-11-23T08:00:00.000Z');
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

const PROVED: Readonly<Record<string, Date | undefined>> = {
  month: daysAgo(40),
  day: daysAgo(1),
  week: daysAgo(7),
  tocome: undefined,
};

const PLACE: OpenedPlace = {
  place: {
    label: 'backups',
    async *list() {
      for (const name of ['day', 'month', 'never', 'tocome', 'week']) {
        yield await Promise.resolve({ name, read: () => Promise.reject(new Error('not read')) });
      }
    },
  },
  id: '/backups',
  folder: '/backups',
  isInKms: false,
  unrecognised: 'backup',
  skipped: () => 0,
};

const PROOFS: KnownProofs = {
  ...NO_PROOFS,
  of: (_, name) => (name in PROVED ? { lastProved: PROVED[name], keys: [] } : undefined),
};

it.each([
  [undefined, true, ['never', 'tocome', 'month', 'week', 'day']],
  [30, true, ['never', 'tocome', 'month']],
  [5, true, ['never', 'tocome', 'month', 'week']],
  // Who can write the backups wrote these proofs too: they put nothing off, and nothing behind the others.
  [undefined, false, ['day', 'month', 'never', 'tocome', 'week']],
  [30, false, ['day', 'month', 'never', 'tocome', 'week']],
])('older than %s days, where it is %s that proofs count: %s', async (days, count, names) => {
  const earlier = { proofs: PROOFS, putOff: () => count };
  const { queue } = await queueBackups([PLACE], earlier, days, NOW);
  expect(queue.map(({ listed }) => listed.name)).toEqual(names);
});
