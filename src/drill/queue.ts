import type { OpenedPlace } from '../backups/opened-place.ts';
import type { ListedBackup } from '../backups/place.ts';
import type { KnownProofs } from '../backups/proofs.ts';

/** A backup that waits to be drilled. */
export interface QueuedBackup {
  readonly at: OpenedPlace;
  readonly listed: ListedBackup;
  readonly lastProved: Date | undefined;
}

const DAY_MS = 86_400_000;

/** What is to be drilled, and what there is. */
export interface DrillQueue {
  readonly queue: readonly QueuedBackup[];
  /** The names of all that each place lists, due or not. */
  readonly there: ReadonlyMap<OpenedPlace, ReadonlySet<string>>;
}

/** Earlier proofs, and which of them put a drill off. */
export interface EarlierProofs {
  readonly proofs: KnownProofs;
  /** Proofs in a folder that whoever can write a backup can write too put no drill of it off. */
  readonly putOff: (at: OpenedPlace) => boolean;
}

/**
 * What is to be drilled: never proved first, then the oldest proof that may put a drill off.
 *
 * @param olderThanDays - leaves out what was proved later; all if undefined
 */
export async function queueBackups(
  places: readonly OpenedPlace[],
  { proofs, putOff }: EarlierProofs,
  olderThanDays: number | undefined,
  now: Date,
): Promise<DrillQueue> {
  const since = olderThanDays === undefined ? Infinity : now.getTime() - olderThanDays * DAY_MS;
  const age = ({ at, lastProved }: QueuedBackup): number =>
    lastProved === undefined || !putOff(at) ? -Infinity : lastProved.getTime();
  const queue: QueuedBackup[] = [];
  const there = new Map<OpenedPlace, ReadonlySet<string>>();
  for (const at of places) {
    const names = new Set<string>();
    there.set(at, names);
    for await (const listed of at.place.list()) {
      names.add(listed.name);
      const lastProved = proofs.of(at.id, listed.name)?.lastProved;
      const backup = { at, listed, lastProved };
      if (age(backup) < since) queue.push(backup);
    }
  }
  return { queue: queue.sort((one, other) => compareNumbers(age(one), age(other))), there };
}

function compareNumbers(one: number, other: number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
