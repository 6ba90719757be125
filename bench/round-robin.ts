/** One of the things that are compared. */
export interface Contender {
  readonly name: string;
  /** Does the work once. A contender that fails throws, and ends the benchmark. */
  readonly run: () => void;
  /** How often it runs in a round; more for what is too short to be timed alone. */
  readonly runsPerRound?: number;
}

/**
 * Times contenders in turn, round by round, so that a machine that gets slower or faster does so for all of
 * them. The first round warms up and isn't counted.
 *
 * @param rounds - how many are counted
 * @returns for each contender, in order, the median over the rounds of the time of one run, in milliseconds
 */
export function medianTimes(contenders: readonly Contender[], rounds: number): number[] {
  const times = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    contenders.forEach(({ run, runsPerRound = 1 }, index) => {
      const start = performance.now();
      for (let count = 0; count < runsPerRound; count += 1) run();
      if (round > 0) times[index]?.push((performance.now() - start) / runsPerRound);
    });
  }
  return times.map(median);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  if (low === undefined || high === undefined) throw new RangeError('a median of nothing');
  return (low + high) / 2;
}
