/** Shorter beginnings match too many names. */
const SHORTEST_BEGINNING = 3;

/**
 * The names that a word may mean: those it is the first part of (`unwrap` for `unwrap-key`), those that are its own
 * first part (`inspect` for `inspect-key`), or those that start with it. Commander itself handles typing errors.
 */
export function namesLike(word: string, names: readonly string[]): readonly string[] {
  const byPart = names.filter((name) => name.startsWith(`${word}-`) || word.startsWith(`${name}-`));
  if (byPart.length > 0 || word.length < SHORTEST_BEGINNING) return byPart;
  return names.filter((name) => name.startsWith(word));
}
