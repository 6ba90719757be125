/** The clock of a drill. */
export interface DrillClock {
  now(): Date;
  monotonicMs(): number;
  sleep(milliseconds: number): Promise<void>;
}

/**
 * Lets so many calls through each second, evenly: each waits for its turn.
 *
 * @param perSecond - more than 0
 */
export function makePace(perSecond: number, clock: DrillClock): () => Promise<void> {
  const interval = 1000 / perSecond;
  let next = -Infinity;
  return async () => {
    const now = clock.monotonicMs();
    const turn = Math.max(next, now);
    next = turn + interval;
    if (turn > now) await clock.sleep(turn - now);
  };
}
