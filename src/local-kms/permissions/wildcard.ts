/**
 * Makes a matcher of a pattern in which `*` stands for any characters, none among them, and `?` for exactly one.
 * Letters match as they are. However pattern and text are chosen, a match takes at most the product of their lengths.
 */
export function wildcardMatcher(pattern: string): (text: string) => boolean {
  const firstWildcard = pattern.search(/[*?]/);
  if (firstWildcard === -1) return (text) => text === pattern;
  if (firstWildcard === pattern.length - 1 && pattern.endsWith('*')) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  return (text) => matches(pattern, text);
}

/** Lets the last `*` take one character more whenever the rest does not fit; earlier ones need no second try. */
function matches(pattern: string, text: string): boolean {
  let [inPattern, inText] = [0, 0];
  let [star, starText] = [-1, 0];
  while (inText < text.length) {
    const expected = pattern[inPattern];
    if (expected === '*') {
      star = inPattern;
      starText = inText;
      inPattern += 1;
    } else if (expected === '?' || expected === text[inText]) {
      inPattern += 1;
      inText += 1;
    } else if (star !== -1) {
      starText += 1;
      inPattern = star + 1;
      inText = starText;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
