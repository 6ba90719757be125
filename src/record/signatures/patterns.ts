const LONGEST_PATTERN = 1022;

/**
 * Whether a text matches a list of patterns, separated by commas, as in OpenSSH: `*` stands for any bytes, `?` for
 * one, and a pattern after `!` takes out what it matches, wherever it stands. A pattern too long for OpenSSH makes the
 * list match nothing.
 */
export function matchesPatternList(text: string, list: string): boolean {
  if (list === '') return false;
  const patterns = list.split(',');
  if (patterns.some((pattern) => Buffer.byteLength(pattern) > LONGEST_PATTERN)) return false;
  const negated = patterns.filter((pattern) => pattern.startsWith('!'));
  const positive = patterns.filter((pattern) => !pattern.startsWith('!'));
  return (
    positive.some((pattern) => matchesPattern(text, pattern)) &&
    !negated.some((pattern) => matchesPattern(text, pattern.slice(1)))
  );
}

/** Whether a pattern is a name: nothing in it stands for anything else. */
export function isLiteral(pattern: string): boolean {
  return pattern !== '' && !/^!|[*?]/.test(pattern);
}

/** By the bytes of UTF-8, in a time that grows with the product of both lengths. */
function matchesPattern(text: string, pattern: string): boolean {
  const [bytes, signs] = [Buffer.from(text), Buffer.from(pattern)];
  let reached = throughStars(signs, new Set([0]));
  for (const byte of bytes) {
    const next = new Set<number>();
    for (const at of reached) {
      const sign = signs[at];
      if (sign === STAR) next.add(at);
      else if (sign === ANY || sign === byte) next.add(at + 1);
    }
    reached = throughStars(signs, next);
  }
  return reached.has(signs.length);
}

const STAR = 0x2a;
const ANY = 0x3f;

/** The places in a pattern that can be reached from these without a byte. */
function throughStars(signs: Buffer, places: Set<number>): Set<number> {
  for (const at of places) if (signs[at] === STAR) places.add(at + 1); // a Set goes on with what is added
  return places;
}
