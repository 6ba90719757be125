/** Fewer letters begin too many names. */
const SHORTEST_BEGINNING = 3;

/**
 * The names that a word may stand for: it is the first part of them (`unwrap` of `unwrap-key`), they are its own first
 * part (`inspect` of `inspect-key`), or they begin with it. Commander itself knows those that are mistyped.
 */
export function namesLike(word: string, names: readonly string[]): readonly string[] {
  const byPart = names.filter((name) => name.startsWith(`${word}-`) || word.startsWith(`${name}-`));
  if (byPart.length > 0 || word.length < SHORTEST_BEGINNING) return byPart;
  return names.filter((name) => name.startsWith(word));
}
