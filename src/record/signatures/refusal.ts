import { UNPRINTABLE } from '../../base/text/unprintable.ts';

/** Why a signature does not count. The message is a phrase that goes on after its name: `is for the namespace file, …`. */
export class SignatureRefusal extends Error {}

/** Refuses the signature that is read. */
export function refuse(problem: string): never {
  throw new SignatureRefusal(problem);
}

/**
 * Does what may refuse, in other words.
 *
 * @param reword - gets the phrase and gives another one
 */
export function refusingAs<T>(reword: (problem: string) => string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SignatureRefusal) return refuse(reword(error.message));
    throw error;
  }
}

const LONGEST = 80;

/** What somebody else wrote, as it may stand in a message: on one line, not long, nothing invisible. */
export function quoted(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  const visible = short.replaceAll(
    UNPRINTABLE,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  );
  return visible === '' ? '""' : visible;
}
