import type { Fault, WrongCertificate } from './fault.ts';
import { FaultSelector } from './fault-selection.ts';
import type { Treatment } from './treatment.ts';
import { UNTOUCHED, treatmentOf } from './treatment.ts';

/** A fault in use, and what became of it so far. */
export interface FaultReport {
  readonly spec: string;
  /** The calls (or connections) that it could have struck. */
  readonly counted: number;
  readonly struck: number;
}

/**
 * The faults of a server. Each counts for itself the calls of its action, whether another fault strikes them or
 * not, so that what happens depends on nothing but the order of the calls.
 */
export class FaultPlan {
  #faults: readonly FaultInUse[] = [];

  constructor(faults: readonly Fault[] = []) {
    this.replace(faults);
  }

  /** Puts other faults in place. Counts and chances begin anew. */
  replace(faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => new FaultInUse(fault));
  }

  report(): readonly FaultReport[] {
    return this.#faults.map(({ fault, counted, struck }) => ({
      spec: fault.spec,
      counted,
      struck,
    }));
  }

  /** Decides what happens to a call: all delays add up, and the first fault of another kind counts. */
  nextCall(action: string): Treatment {
    if (this.#faults.length === 0) return UNTOUCHED;
    const effects = [];
    for (const inUse of this.#faults) {
      const { effect, selection } = inUse.fault;
      if (effect.kind === 'certificate') continue;
      if (selection.action !== undefined && selection.action !== action) continue;
      if (inUse.strikesNext()) effects.push(effect);
    }
    return treatmentOf(effects);
  }

  /** Decides which certificate a connection is shown: undefined is the right one. */
  nextConnection(): WrongCertificate | undefined {
    let wrong: WrongCertificate | undefined;
    for (const inUse of this.#faults) {
      const { effect } = inUse.fault;
      if (effect.kind === 'certificate' && inUse.strikesNext()) wrong ??= effect.wrong;
    }
    return wrong;
  }
}

class FaultInUse extends FaultSelector {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.selection);
    this.fault = fault;
  }
}
