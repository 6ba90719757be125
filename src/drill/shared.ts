import { drill, UNCOUNTED } from './drill.ts';
import type { DrillOutcome } from './outcome.ts';
import type { QueuedBackup } from './queue.ts';
import { Reach } from './reach.ts';
import type { DrillClaim, DrillShare, DrillStage } from './stage.ts';

const LOOK_AGAIN_MS = 1000;

/**
 * As `drill`, with others at once: what they claim and do not drill, because they died, is drilled in the end.
 *
 * @returns how many were left, as `drill` says it; what others drilled is told with the verdict `elsewhere`
 */
export async function* drillShared(
  queue: readonly QueuedBackup[],
  stage: DrillStage,
  share: DrillShare,
): AsyncGenerator<DrillOutcome, { readonly notAsked: number }> {
  let [left, limit, notAsked] = [queue, stage.limit, 0];
  const reach = new Reach();
  for (;;) {
    const claimed: QueuedBackup[] = [];
    const take = async (backup: QueuedBackup): Promise<DrillClaim> => {
      const claim = await share.take(backup);
      if (claim === 'claimed') claimed.push(backup);
      return claim;
    };
    const run = drill(left, { ...stage, limit, share: { ...share, take } }, reach);
    for (;;) {
      const next = await run.next();
      if (next.done === true) {
        notAsked += next.value.notAsked;
        break;
      }
      const { verdict } = next.value;
      if (verdict === 'claimed') continue;
      if (!UNCOUNTED.includes(verdict)) limit -= 1;
      yield next.value;
    }
    if (claimed.length === 0 || limit <= 0) return { notAsked };
    left = claimed;
    await stage.clock.sleep(LOOK_AGAIN_MS);
  }
}
