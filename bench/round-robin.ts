const MOST_REPEATED = 3;
const SMALL_SPREAD = 0.15;

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
 * @param rounds - how many are counted; up to three times as many until the times of each contender are close together
 * @returns for each contender, in order, the median over the rounds of the time of one run, in milliseconds
 */
export function medianTimes(contenders: readonly Contender[], rounds: number): number[] {
  const times = contenders.map((): number[] => []);
  const isSteady = (): boolean => times.every((each) => spread(each) <= SMALL_SPREAD);
  for (let round = 0; round <= rounds * MOST_REPEATED; round += 1) {
    if (round > rounds && isSteady()) break;
    contenders.forEach(({ run, runsPerRound = 1 }, index) => {
      const start = performance.now();
      for (let count = 0; count < runsPerRound; count += 1) run();
      if (round > 0) times[index]?.push((performance.now() - start) / runsPerRound);
    });
  }
  return times.map(median);
}

/** The range of the middle half, as a share of the median. */
function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN;
  return (at(0.75) - at(0.25)) / at(0.5);
}

/** The value in the middle, or the mean of the two in the middle; of at least one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  if (low === undefined || high === undefined) throw new RangeError('a median of nothing');
  return (low + high) / 2;
}
