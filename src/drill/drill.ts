import { isNoPermission } from '../answers/refusal.ts';
import { paceOf } from '../kms/pace.ts';
import { drillOne } from './drill-one.ts';
import type { DrillOutcome } from './outcome.ts';
import type { QueuedBackup } from './queue.ts';
import type { DrillStage } from './stage.ts';

/** How many backups are under way at once: enough for the default rate where KMS takes 200 ms. */
const CONCURRENCY = 16;

/** After so many backups in a row that KMS was not reached for, it is not asked any more. */
const MOST_UNREACHED = 20;

/**
 * Has KMS export each backup to a one-time key, compares what comes, and tells the outcomes in the order of the queue. A
 * backup that fails does not stop the others.
 *
 * @returns how many were left when the drill ended, because KMS was not reached any more
 * @throws KmsxError where no backup could be asked for: no credentials, or credentials that KMS does not accept; what keeps
 * a proof from being written
 */
export async function* drill(
  queue: readonly QueuedBackup[],
  stage: DrillStage,
): AsyncGenerator<DrillOutcome, { readonly notAsked: number }> {
  const pace = paceOf(stage.rate, stage.clock);
  const running: Promise<DrillOutcome>[] = [];
  let [started, skipped, unreached] = [0, 0, 0];
  for (;;) {
    const backup = queue[started];
    const isDone = backup === undefined || unreached >= MOST_UNREACHED;
    if (!isDone && running.length < CONCURRENCY && started - skipped < stage.limit) {
      const work = drillOne(backup, stage, pace);
      work.catch(() => undefined); // it is awaited below, perhaps after others
      running.push(work);
      started += 1;
      continue;
    }
    const first = running.shift();
    if (first === undefined) break;
    const outcome = await first;
    if (outcome.verdict === 'skipped' || outcome.verdict === 'elsewhere') skipped += 1;
    if (outcome.error?.kind === 'credentials' && !isNoPermission(outcome.error)) {
      await Promise.allSettled(running);
      throw outcome.error;
    }
    unreached = outcome.error?.kind === 'unavailable' ? unreached + 1 : 0;
    yield outcome;
  }
  return { notAsked: unreached >= MOST_UNREACHED ? queue.length - started : 0 };
}
