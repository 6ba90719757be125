import { canonicalJson } from '../chain/canonical.ts';
import type { BeginEvent } from '../events.ts';

/** What the first event says in fields of its own, and the name that the plan has for each. */
const SAID_TWICE = {
  Practice: 'Practice',
  Title: 'Title',
  People: 'People',
  Place: 'Place',
  PreviousRecord: 'Previous',
} as const satisfies Partial<Record<keyof BeginEvent, string>>;

/**
 * Finds what the first event says otherwise than the plan in it.
 *
 * @returns as what follows the number of its line
 */
export function planProblem(begin: BeginEvent): string | undefined {
  for (const [own, planned] of Object.entries(SAID_TWICE)) {
    const [said, asked] = [begin[own as keyof typeof SAID_TWICE], begin.Plan[planned]];
    if (textOf(said) !== textOf(asked)) return `has another ${own} than the plan in it`;
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : canonicalJson(value, 'it');
}
