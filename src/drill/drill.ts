import { paceOf } from '../kms/pace.ts';
import { drillOne } from './drill-one.ts';
import type { DrillOutcome, Verdict } from './outcome.ts';
import type { QueuedBackup } from './queue.ts';
import { Reach } from './reach.ts';
import type { DrillStage } from './stage.ts';

/** How many backups are under way at once: enough for the default rate where KMS takes 200 ms. */
const CONCURRENCY = 16;

/** What does not count for the limit: nothing was drilled. */
export const UNCOUNTED: readonly Verdict[] = ['skipped', 'elsewhere', 'claimed', 'left'];

/**
 * Has KMS export each backup to a one-time key, compares what comes, and tells the outcomes in the order of the queue. A
 * backup that fails does not stop the others.
 *
 * @param reach - where KMS was not reached by an earlier part of this drill
 * @returns how many were left out, because KMS was not asked any more where they would be asked for
 * @throws KmsxError where no backup could be asked for: no credentials, or credentials that KMS does not accept; what keeps
 * a proof from being written
 */
export async function* drill(
  queue: readonly QueuedBackup[],
  stage: DrillStage,
  reach = new Reach(),
): AsyncGenerator<DrillOutcome, { readonly notAsked: number }> {
  const pace = paceOf(stage.rate, stage.clock);
  const running: Promise<DrillOutcome>[] = [];
  let [started, uncounted, notAsked] = [0, 0, 0];
  for (;;) {
    const backup = queue[started];
    const isDone = backup === undefined;
    if (!isDone && running.length < CONCURRENCY && started - uncounted < stage.limit) {
      const work = drillOne(backup, stage, reach, pace);
      work.catch(() => undefined); // it is awaited below, perhaps after others
      running.push(work);
      started += 1;
      continue;
    }
    const first = running.shift();
    if (first === undefined) break;
    const outcome = await first;
    const { verdict } = outcome;
    if (UNCOUNTED.includes(verdict)) uncounted += 1;
    if (verdict === 'left') {
      notAsked += 1;
      continue;
    }
    reach.hearOutcome(outcome);
    yield outcome;
  }
  if (reach.refusal !== undefined) throw reach.refusal;
  return { notAsked };
}
