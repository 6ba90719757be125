import type { InjectedFault, WrongCertificate } from './fault.ts';
import { QuotaUse, quotaOf } from './quota.ts';
import type { Treatment } from './treatment.ts';
import { UNTOUCHED, treatmentOf } from './treatment.ts';

/** A fault in use, and how often it struck so far. */
interface FaultReport {
  readonly spec: string;
  /** The calls (or connections) that it could have struck. */
  readonly counted: number;
  readonly struck: number;
}

/**
 * The faults of a server. Each counts the calls of its action by itself, whether or not another fault strikes them, so
 * that what happens depends only on the order of the calls.
 */
export class FaultPlan {
  #faults: readonly FaultInUse[] = [];

  constructor(faults: readonly InjectedFault[] = []) {
    this.replace(faults);
  }

  /** Replaces the faults. Counts and chances start over. */
  replace(faults: readonly InjectedFault[]): void {
    this.#faults = faults.map((fault) => new FaultInUse(fault));
  }

  report(): readonly FaultReport[] {
    return this.#faults.map(({ fault, counted, struck }) => ({
      spec: fault.spec,
      counted,
      struck,
    }));
  }

  /**
   * Decides what happens to a call, of all the faults that strike it.
   *
   * @param accountId - of the caller: quotas are an account's
   */
  nextCall(action: string, accountId: string, time: Date): Treatment {
    if (this.#faults.length === 0) return UNTOUCHED;
    const effects = [];
    for (const inUse of this.#faults) {
      const { effect, selection } = inUse.fault;
      if (effect.kind === 'certificate') continue;
      if (selection.action !== undefined && selection.action !== action) continue;
      const strikes =
        effect.kind === 'quota'
          ? inUse.strikesBeyondQuota(action, accountId, time)
          : inUse.strikesNext();
      if (strikes) effects.push(effect);
    }
    return treatmentOf(effects);
  }

  /** Decides which certificate a connection is shown; undefined for the right one. */
  nextConnection(): WrongCertificate | undefined {
    let wrong: WrongCertificate | undefined;
    for (const inUse of this.#faults) {
      const { effect } = inUse.fault;
      if (effect.kind === 'certificate' && inUse.strikesNext()) wrong ??= effect.wrong;
    }
    return wrong;
  }
}

/** Counts what a fault could strike, and decides what it does strike. */
class FaultInUse {
  readonly fault: InjectedFault;
  readonly #random: () => number;
  readonly #quotaUse: QuotaUse | undefined;
  counted = 0;
  struck = 0;

  constructor(fault: InjectedFault) {
    this.fault = fault;
    this.#random = mulberry32(fault.selection.chance?.seed ?? 0);
    this.#quotaUse = fault.effect.kind === 'quota' ? new QuotaUse(fault.effect.quotas) : undefined;
  }

  /** Counts one call or connection. Returns true if the fault strikes it. */
  strikesNext(): boolean {
    const { after, first = Number.POSITIVE_INFINITY, chance } = this.fault.selection;
    this.counted += 1;
    const isInTurn = this.counted > after && this.counted - after <= first;
    const strikes = isInTurn && (chance === undefined || this.#random() < chance.probability);
    if (strikes) this.struck += 1;
    return strikes;
  }

  /** Counts a call if it has a quota. Returns true if that is used up. */
  strikesBeyondQuota(action: string, accountId: string, time: Date): boolean {
    const quota = quotaOf(action);
    if (quota === undefined) return false;
    this.counted += 1;
    const strikes = this.#quotaUse?.isUsedUp(quota, accountId, time) === true;
    if (strikes) this.struck += 1;
    return strikes;
  }
}

/**
 * Mulberry32, Tommy Ettinger's generator with 32 bits of state (public domain, 2017): the same seed gives the same
 * numbers on every machine. It chooses which calls a fault strikes; never use it for keys.
 *
 * @param seed - 32 bits
 * @returns a function that returns the next number: at least 0, less than 1
 */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
