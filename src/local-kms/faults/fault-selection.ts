import { OPERATIONS } from '../operations/operations.ts';
import type { FaultSelection } from './fault.ts';
import type { SpecParameter, SpecValues } from './fault-kinds.ts';
import { mulberry32 } from './mulberry32.ts';

/** The parameters of a SPEC that say which calls it strikes. */
export const SELECTION_PARAMETERS: Readonly<Record<string, SpecParameter>> = {
  after: { pattern: /^\d{1,9}$/, allowed: 'a whole number' },
  first: { pattern: /^[1-9]\d{0,8}$/, allowed: 'a whole number of at least 1' },
  probability: {
    pattern: /^(?:0\.(?=0*[1-9])\d{1,9}|1)$/,
    allowed: 'a number such as 0.25, more than 0 and at most 1',
  },
  seed: { pattern: /^\d{1,9}$/, allowed: 'a whole number of at most nine digits' },
};

/** Of the kinds that strike calls and not connections. */
export const ACTION_PARAMETER: SpecParameter = {
  pattern: new RegExp(`^(?:${[...OPERATIONS.keys()].join('|')})$`),
  allowed: 'an operation that this server offers, such as Decrypt',
};

/** What the parameters of a SPEC select. */
export function readSelection(values: SpecValues): FaultSelection {
  const [action, after, first, probability, seed] = [
    'action',
    'after',
    'first',
    'probability',
    'seed',
  ].map((name) => values.get(name));
  return {
    after: Number(after ?? 0),
    ...(action !== undefined && { action }),
    ...(first !== undefined && { first: Number(first) }),
    ...(probability !== undefined && {
      chance: { probability: Number(probability), seed: Number(seed ?? 1) },
    }),
  };
}

/** Counts what a fault could strike, and decides what it does strike. */
export class FaultSelector {
  readonly #selection: FaultSelection;
  readonly #random: () => number;
  /** What it could have struck. */
  counted = 0;
  struck = 0;

  constructor(selection: FaultSelection) {
    this.#selection = selection;
    this.#random = mulberry32(selection.chance?.seed ?? 0);
  }

  /** Counts one, and tells whether the fault strikes it. */
  strikesNext(): boolean {
    const { after, first = Number.POSITIVE_INFINITY, chance } = this.#selection;
    this.counted += 1;
    const isInTurn = this.counted > after && this.counted - after <= first;
    const strikes = isInTurn && (chance === undefined || this.#random() < chance.probability);
    if (strikes) this.struck += 1;
    return strikes;
  }
}
