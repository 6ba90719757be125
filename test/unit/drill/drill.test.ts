import { expect, it } from 'vitest';
import type { OpenedPlace } from '../../../src/backups/opened-place.ts';
import type { KmsxError } from '../../../src/base/error.ts';
import { kmsxError } from '../../../src/base/error.ts';
import type { ComparableKey } from '../../../src/data-key/comparable-key.ts';
import { drill } from '../../../src/drill/drill.ts';
import type { DrillOutcome } from '../../../src/drill/outcome.ts';
import type { QueuedBackup } from '../../../src/drill/queue.ts';
import type { DrillStage } from '../../../src/drill/stage.ts';
import type { KmsClient } from '../../../src/kms/types.ts';
import { BACKUP } from '../../support/documents.ts';

const PLACE: OpenedPlace = {
  place: {
    label: 'backups',
    list: () => {
      throw new Error('not listed');
    },
  },
  id: '/backups',
  folder: '/backups',
  isInKms: false,
  unrecognised: 'backup',
  skipped: () => 0,
};

const queueOf = (regions: readonly string[]): QueuedBackup[] =>
  regions.map((Region, index) => ({
    at: PLACE,
    listed: {
      name: `b${index}`,
      read: () => Promise.resolve(Buffer.from(JSON.stringify({ ...BACKUP, Region }))),
    },
    lastProved: undefined,
  }));

const DATA_KEY: ComparableKey = {
  length: 32,
  has: () => true,
  checkValues: () => [],
  dispose: () => undefined,
} as unknown as ComparableKey;

/** What KMS does in a region, by the beginning of its name. */
function answerOf(region: string): KmsxError | undefined {
  if (region.startsWith('none')) return kmsxError('network-failed', 'no such host');
  if (region.startsWith('other')) return kmsxError('credentials-failed', 'not of this account');
  return undefined;
}

const stageOf = (asked: string[]): DrillStage => ({
  clock: { now: () => new Date(0), monotonicMs: () => 0, sleep: () => Promise.resolve() },
  rate: 1000,
  limit: Infinity,
  opener: (_, kms) => {
    const { region = '' } = kms;
    asked.push(region);
    const error = answerOf(region);
    if (error !== undefined) return Promise.reject(error);
    return Promise.resolve({ dataKey: DATA_KEY, keyId: 'k', keyVersionId: 'v', requestId: 'r' });
  },
  kmsOf: ({ Region = '' }) =>
    Promise.resolve({
      endpoint: `https://${Region}`,
      region: Region,
      isRehearsal: true,
    } as unknown as KmsClient),
  expectedOf: () => ({ checkValues: [], proved: [], checkValuesCount: false, proofsCount: false }),
  shownCheckValues: undefined,
});

async function run(
  regions: readonly string[],
): Promise<{ outcomes: DrillOutcome[]; notAsked: number; asked: string[] }> {
  const asked: string[] = [];
  const outcomes: DrillOutcome[] = [];
  const run = drill(queueOf(regions), stageOf(asked));
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { outcomes, ...next.value, asked };
    outcomes.push(next.value);
  }
}

const many = (count: number, name: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => name(index));
const GOOD = many(5, () => 'cn-hangzhou');

it.each([
  ['invented regions come first', [...many(40, (index) => `none-${index}`), ...GOOD]],
  ['one region is not reached', [...many(100, () => 'none'), ...GOOD]],
  ['a region does not accept the credentials', ['other', ...GOOD]],
  ['many do not', [...many(40, (index) => `other-${index}`), ...GOOD]],
  ['one does not, again and again', [...many(100, () => 'other'), ...GOOD]],
])('proves what can be reached where %s', async (_, regions) => {
  const { outcomes, notAsked, asked } = await run(regions);
  const verdicts = outcomes.map(({ verdict }) => verdict);
  expect(verdicts.filter((verdict) => verdict === 'proved')).toHaveLength(GOOD.length);
  expect(verdicts.filter((verdict) => verdict === 'unasked').length + notAsked).toBe(
    regions.length - GOOD.length,
  );
  for (const region of new Set(asked)) {
    const times = asked.filter((each) => each === region).length;
    // Those that are under way are asked for to their end.
    expect(times, region).toBeLessThan(20 + 16);
  }
});

it.each([
  [
    'no region accepts the credentials',
    many(40, (index) => `other-${index % 3}`),
    'credentials-failed',
  ],
  ['the only one does not', many(40, () => 'other'), 'credentials-failed'],
  ['another is not reached', ['none', 'other'], 'credentials-failed'],
])('ends with the error of the credentials where %s', async (_, regions, code) => {
  await expect(run(regions)).rejects.toThrow(expect.objectContaining({ code }) as Error);
});

it('ends with no error where KMS is not reached at all, and tells how many were left', async () => {
  const { outcomes, notAsked } = await run(many(100, () => 'none'));
  expect(outcomes.length + notAsked).toBe(100);
  expect(notAsked).toBeGreaterThan(60);
});
